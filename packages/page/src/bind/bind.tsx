import './bind.css';
import { useEffect, useReducer, useRef } from 'preact/hooks';
import { useGateway } from '../api/gateway.ts';
import { go, useRoute } from '../route.ts';
import { Title } from '../ui/title.tsx';
import type { Change, SentChange } from './change.ts';
import { draftOf, kindOf } from './draft.ts';
import type { ChangeKind } from './draft.ts';
import { Editor } from './editor.tsx';
import { Outcome } from './outcome.tsx';
import { keepPending, readPending } from './pending.ts';
import type { Pending } from './pending.ts';
import { Stopped, UnderWay } from './request.tsx';
import { useSender } from './sender.ts';
import type { Sending } from './sender.ts';

const titles: Readonly<Record<ChangeKind, string>> = {
  create: 'Bind a role',
  update: 'Change an association',
  delete: 'Delete an association',
};

/** The form of a change, or the request that was made of it until its result is final. */
export function Bind() {
  const { viewer } = useGateway();
  const { sending, start, stop } = useSender();
  const { params } = useRoute();
  const [done, finish] = useReducer((count: number, _: null) => count + 1, 0);
  const draft = draftOf(params);
  const subject = `${kindOf(draft)} ${draft.associationId ?? ''}`;
  const ended = sending?.progress.phase === 'ended' ? sending.progress.result : null;
  /** Goes on after a result, with a new form after a success. */
  const leave = () => {
    stop();
    if (ended?.kind === 'succeeded') finish(null);
  };
  const end = useRef<(isSameSubject: boolean) => void>(leave);
  end.current = (isSameSubject) => {
    // The form beside a refusal changes the URL.
    if (ended?.kind === 'succeeded' || (ended !== null && !isSameSubject)) leave();
  };
  // A result is shown until another link is followed.
  useEffect(() => () => end.current(true), [params.toString()]);
  useEffect(() => () => end.current(false), [subject]);

  const submit = (change: Change, place: Pending['place']) =>
    start({ viewerId: viewer.id, place, submittedAt: Date.now(), change: withToken(change, crypto.randomUUID()) });
  const forget = () => {
    keepPending(null);
    stop();
  };
  const close = () => {
    // A refusal that can be repeated is kept until then: nothing was done.
    keepPending(null);
    leave();
    if (ended?.kind === 'succeeded') go('bind');
  };
  const kept = sending === null ? readPending(viewer.id) : null;
  const refused = ended?.kind === 'refused' ? sending : null;
  const shown = ({ pending, progress }: Sending) => {
    const again = () => start(pending);
    if (progress.phase === 'ended')
      return <Outcome {...{ pending, result: progress.result }} onContinue={again} onLeave={leave} onClose={close} />;
    if (progress.phase === 'failed')
      return <Stopped {...{ pending, error: progress.error }} onContinue={again} onForget={forget} />;
    return <UnderWay {...{ pending, progress }} onStop={stop} />;
  };
  return (
    <>
      <Title>{titles[kindOf(draft)]}</Title>
      {sending && shown(sending)}
      {kept && <Stopped pending={kept} error={null} onContinue={() => start(kept)} onForget={forget} />}
      <Editor
        key={`${subject} ${done}`}
        refused={refused && formOf(refused.pending.change)}
        isHidden={kept !== null || (sending !== null && refused === null)}
        onSubmit={submit}
      />
    </>
  );
}

/** A request as the form has it; null for one that has no form. */
function formOf(change: SentChange): Change | null {
  return change.kind === 'adopt' ? null : withToken(change, undefined);
}

/**
 * A change with its client request token, or without one. The spread keeps the type of each kind.
 */
function withToken({ kind, input }: Change, clientRequestToken: string | undefined): Change {
  return { kind, input: { ...input, clientRequestToken } } as Change;
}
