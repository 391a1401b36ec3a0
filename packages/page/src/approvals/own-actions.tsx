import { useState } from 'preact/hooks';
import { useGateway } from '../api/gateway.ts';
import { paramsOf, textOfTags } from '../bind/draft.ts';
import type { Draft } from '../bind/draft.ts';
import { handOver } from '../bind/pending.ts';
import type { OneApprovalQuery } from '../generated/approvals.ts';
import { hrefOf } from '../route.ts';
import { Problem } from '../ui/problem.tsx';
import { Refusal } from '../ui/refusal.tsx';
import type { RefusalData } from '../ui/refusal.tsx';
import { useAction } from '../ui/use-action.ts';
import { useMake } from './make.ts';
import { isOver } from './sign.tsx';
import { turnsChanged } from './turns.ts';

type Approval = NonNullable<OneApprovalQuery['approval']>;

interface OwnActionsProps {
  readonly approval: Approval;
  readonly onChange: () => void;
}

/** What the person who asked can do: make the change, withdraw the request, or ask again. */
export function OwnActions({ approval, onChange }: OwnActionsProps) {
  const { viewer } = useGateway();
  const { state, expiresAt, principal, clientRequestToken, actor } = approval;
  if (principal.principalId !== viewer.id) return null;
  const isOpen = (state === 'PENDING' || state === 'APPROVED') && !isOver(state, expiresAt);
  if (!isOpen) return state === 'USED' ? null : <AskAgain approval={approval} />;
  if (clientRequestToken === null) {
    return (
      <p class="notice">
        {actor
          ? `You asked through ${actor.principalId}: only it can make the change or withdraw the request.`
          : 'It was asked for with an earlier version of the gateway: send the request again from where you sent it.'}
      </p>
    );
  }
  return <Open approval={approval} onChange={onChange} />;
}

function Open({ approval, onChange }: OwnActionsProps) {
  const { client } = useGateway();
  const make = useMake();
  const [isAsked, setAsked] = useState(false);
  const [refusal, setRefusal] = useState<RefusalData | null>(null);
  const { isBusy, error, run } = useAction();
  const withdraw = async () => {
    setRefusal((await client.withdrawApproval({ approvalId: approval.id })).refusal);
    setAsked(false);
    turnsChanged();
    onChange();
  };
  return (
    <div class="own">
      {approval.state === 'PENDING' && (
        <p>You can close this page: once it is approved, come back here to make the change.</p>
      )}
      <p>
        {approval.state === 'APPROVED' && (
          <button type="button" class="primary" disabled={isBusy} onClick={() => void run(() => make(approval))}>
            Make the change now
          </button>
        )}{' '}
        {isAsked ? (
          <>
            <button type="button" class="danger" disabled={isBusy} onClick={() => void run(withdraw)}>
              Withdraw it for good
            </button>{' '}
            <button type="button" onClick={() => setAsked(false)}>
              Keep it
            </button>
          </>
        ) : (
          <button type="button" onClick={() => setAsked(true)}>
            Withdraw
          </button>
        )}
      </p>
      {error && <Problem error={error} />}
      {refusal && <Refusal refusal={refusal} />}
    </div>
  );
}

/** A new request with the fields of one that has ended. */
function AskAgain({ approval }: { readonly approval: Approval }) {
  const draft = draftOfApproval(approval);
  if (draft === null) return null;
  return (
    <p>
      <a href={hrefOf('bind', paramsOf(draft))} onClick={() => handOver(draft)}>
        Ask again, with these fields
      </a>
    </p>
  );
}

/** What a request fills in the form with; null for one that has no form. */
function draftOfApproval({ operation, target, request, reason }: Approval): Draft | null {
  const { associationId, tags, changes } = request;
  const place = { ...target, ...(reason && { reason }) };
  const fields = {
    roleArn: request.roleArn,
    targetRoleArn: request.targetRoleArn,
    disableSessionTags: request.disableSessionTags === null ? null : String(request.disableSessionTags),
    policy: request.policy,
    expiresAt: request.expiresAt,
  };
  if (operation === 'CREATE_POD_IDENTITY_ASSOCIATION') {
    const given = Object.entries({ ...fields, ifExists: request.ifExists, tags: textOfTags(tags) });
    return { ...place, ...Object.fromEntries(given.filter(([, value]) => value)) };
  }
  if (associationId === null) return null;
  if (operation === 'DELETE_POD_IDENTITY_ASSOCIATION') return { ...place, associationId, action: 'delete' };
  if (operation !== 'UPDATE_POD_IDENTITY_ASSOCIATION') return null;
  const changed = Object.entries(fields).filter(([name]) => changes.includes(name));
  return { ...place, associationId, ...Object.fromEntries(changed.map(([name, value]) => [name, value ?? ''])) };
}
