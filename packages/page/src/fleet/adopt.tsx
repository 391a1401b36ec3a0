import { useEffect, useMemo, useState } from 'preact/hooks';
import { useGateway } from '../api/gateway.ts';
import { Problem } from '../ui/problem.tsx';
import { State } from '../ui/state.tsx';
import { useAction } from '../ui/use-action.ts';
import { adoptAll, adoptable, planAdoption } from './adoption.ts';
import type { Adopted, AdoptionPlan } from './adoption.ts';
import { placeOf } from './rows.ts';
import type { Row } from './rows.ts';

interface AdoptProps {
  /** What is selected. */
  readonly rows: readonly Row[];
  /** Called once some are adopted. */
  readonly onAdopted: () => void;
}

type Step =
  | { readonly name: 'none' }
  | { readonly name: 'planned'; readonly plan: AdoptionPlan }
  | { readonly name: 'adopting' | 'done'; readonly total: number; readonly adopted: readonly Adopted[] };

/**
 * Takes what others made into the trail of the gateway, without a change at EKS: first a dry run
 * with its counts, then one adoption after the other.
 */
export function Adopt({ rows, onAdopted }: AdoptProps) {
  const { client, signedOut } = useGateway();
  const [step, setStep] = useState<Step>({ name: 'none' });
  const [reason, setReason] = useState('');
  const { isBusy, error, run } = useAction();
  const selected = useMemo(() => adoptable(rows), [rows]);
  const abort = useMemo(() => new AbortController(), []);
  useEffect(() => () => abort.abort(), [abort]);
  // Another selection is another plan.
  const key = selected.map(placeOf).join(' ');
  useEffect(() => setStep((last) => (last.name === 'planned' ? { name: 'none' } : last)), [key]);

  const check = async () => setStep({ name: 'planned', plan: await planAdoption(client, selected, reason.trim()) });
  const adopt = async ({ ready }: AdoptionPlan) => {
    const adopted: Adopted[] = [];
    const show = (name: 'adopting' | 'done') => setStep({ name, total: ready.length, adopted: [...adopted] });
    show('adopting');
    const signal = AbortSignal.any([abort.signal, signedOut]);
    await adoptAll(client, ready, reason.trim(), {
      signal,
      onAdopted: (one) => {
        adopted.push(one);
        if (!signal.aborted) show('adopting');
      },
    });
    if (signal.aborted) return;
    show('done');
    onAdopted();
  };

  if (selected.length === 0 && step.name === 'none') return null;
  const count = selected.length === 1 ? 'this association' : `${selected.length} associations made outside`;
  return (
    <section class="adopt notice" aria-label="Adopt">
      {step.name === 'none' && (
        <p>
          <button type="button" disabled={isBusy} onClick={() => void run(check)}>
            {isBusy ? 'Checking…' : `Adopt ${count}…`}
          </button>{' '}
          <span class="muted">A dry run first says what can be adopted.</span>
        </p>
      )}
      {error && <Problem error={error} />}
      {step.name === 'planned' && (
        <Plan
          plan={step.plan}
          reason={reason}
          onReason={setReason}
          onAdopt={() => void adopt(step.plan)}
          onCancel={() => setStep({ name: 'none' })}
        />
      )}
      {(step.name === 'adopting' || step.name === 'done') && <Result {...step} />}
    </section>
  );
}

interface PlanProps {
  readonly plan: AdoptionPlan;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly onAdopt: () => void;
  readonly onCancel: () => void;
}

function Plan({ plan: { ready, refused }, reason, onReason, onAdopt, onCancel }: PlanProps) {
  return (
    <>
      <p role="status">
        {ready.length} can be adopted
        {[...refused].map(([message, rows]) => (
          <span key={message}>
            , {rows.length} not: <bdi>{message}</bdi>
          </span>
        ))}
      </p>
      {ready.length > 0 && (
        <label>
          Reason, for the trail{' '}
          <input type="text" maxLength={1024} value={reason} onInput={(event) => onReason(event.currentTarget.value)} />
        </label>
      )}
      <p>
        {ready.length > 0 && (
          <button type="button" class="primary" onClick={onAdopt}>
            Adopt {ready.length}
          </button>
        )}{' '}
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </p>
    </>
  );
}

function Result({ name, total, adopted }: Extract<Step, { total: number }>) {
  const isDone = name === 'done';
  const failed = adopted.filter(({ problem }) => problem !== null);
  return (
    <>
      <p role="status">
        <State name={isDone ? 'succeeded' : 'inProgress'}>
          {adopted.length - failed.length} of {total} adopted
        </State>
        {!isDone && '. Keep this view open.'}
      </p>
      {failed.length > 0 && (
        <ul>
          {failed.map(({ row, problem }) => (
            <li key={placeOf(row)}>
              <bdi>{placeOf(row)}</bdi>: <bdi>{problem}</bdi>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
