import { setTimeout } from 'node:timers/promises';
import type { EksSimulatorOptions } from '../../../eks-simulator/src/index.ts';
import type { Falsification, WireAnswer, WireRequest } from './falsifying-proxy.ts';

/** An EKS in which one assumption is false: a simulator with options, or behind a proxy that falsifies one behaviour. */
interface FalseWorld {
  readonly options?: EksSimulatorOptions;
  /** Makes a proxy with a memory of its own. */
  readonly falsify?: () => Falsification;
}

type Operation = WireRequest['operation'];

/** Changes the answers to an operation. */
const answers = (operations: readonly Operation[], change: (answer: WireAnswer) => WireAnswer) => ({
  falsify: (): Falsification => async (request, send) =>
    operations.includes(request.operation) ? change(await send()) : send(),
});

/** Changes the association in the answers to an operation. */
const associations = (
  operations: readonly Operation[],
  change: (one: NonNullable<WireAnswer['body']['association']>) => object,
) =>
  answers(operations, (answer) => {
    const { association } = answer.body;
    return association === undefined
      ? answer
      : { ...answer, body: { association: { ...association, ...change(association) } } };
  });

/** Changes the requests of an operation that satisfy a condition. */
const requests = (operation: Operation, when: (body: WireRequest['body']) => boolean, change: WireRequest['body']) => ({
  falsify: (): Falsification => (request, send) =>
    request.operation === operation && when(request.body) ? send({ body: { ...request.body, ...change } }) : send(),
});

/** Another error in place of one with this status. */
const otherError = (
  operations: readonly Operation[],
  from: number,
  status: number,
  exception: string,
  message = 'No.',
) =>
  answers(operations, (answer) =>
    answer.status === from ? { ...answer, status, exception, body: { message } } : answer,
  );

/** Answers a create from memory, where its key was used and the condition holds; sends it otherwise. */
const remembersCreates = (
  keyOf: (body: WireRequest['body']) => string,
  isReplayed: (fresh: WireAnswer) => boolean = () => true,
) => ({
  falsify: (): Falsification => {
    const known = new Map<string, WireAnswer>();
    return async (request, send) => {
      if (request.operation !== 'create') return send();
      const [key, fresh] = [keyOf(request.body), await send()];
      const before = known.get(key);
      if (before !== undefined && isReplayed(fresh)) return before;
      if (fresh.status === 200) known.set(key, fresh);
      return fresh;
    };
  },
});

const everything: readonly Operation[] = ['create', 'describe', 'update', 'delete'];
const lagMs = 700;
const notFound = { status: 404, exception: 'ResourceNotFoundException', body: {} };

/** For each assumption that is tried, a world in which it is false. */
export const falsifications: Readonly<Record<string, FalseWorld>> = {
  conflict: otherError(['create'], 409, 409, 'ResourceInUseException', 'Association already exists'),
  'create-token-repeated': remembersCreates(
    ({ clientRequestToken, serviceAccount }) => `${clientRequestToken} ${serviceAccount}`,
    ({ status }) => status === 409,
  ),
  'create-token-reused': remembersCreates(({ clientRequestToken }) => String(clientRequestToken)),
  'create-token-after-delete': remembersCreates(
    ({ clientRequestToken }) => String(clientRequestToken),
    ({ status }) => status === 200,
  ),
  'update-token': {
    falsify: () => {
      const used = new Set<string | undefined>();
      return (request, send) => {
        const {
          operation,
          body: { clientRequestToken: token },
        } = request;
        if (operation !== 'update') return send();
        if (used.has(token)) return send({ operation: 'describe' });
        used.add(token);
        return send();
      };
    },
  },
  'changes-current': answers(['update'], (answer) => ({ ...answer, ...notFound })),
  'unknown-cluster': otherError(['list'], 404, 400, 'ResourceNotFoundException'),
  'unknown-association': otherError(['delete'], 404, 400, 'InvalidParameterException'),
  'association-id': otherError(['describe'], 400, 404, 'ResourceNotFoundException'),
  'role-absent': otherError(['create'], 400, 400, 'InvalidParameterException', 'The role is not there.'),
  'role-mistrusting': otherError(['create'], 400, 400, 'InvalidParameterException', 'The role is not trusted.'),
  'answer-shape': associations(['delete'], () => ({ modifiedAt: null })),
  'empty-clears-target': requests('update', ({ targetRoleArn }) => targetRoleArn === '', {
    ...{ targetRoleArn: undefined, disableSessionTags: true },
  }),
  'empty-clears-policy': requests('update', ({ policy }) => policy === '', {
    ...{ policy: undefined, disableSessionTags: true },
  }),
  'absent-kept': associations(['update'], () => ({ tags: {} })),
  policy: requests('create', ({ policy = '' }) => policy.length > 2_048, { policy: '{}' }),
  'modified-moves': {
    falsify: () => {
      let first: WireAnswer | null = null;
      return async (request, send) => {
        const answer = await send();
        if (request.operation !== 'update') return answer;
        first ??= answer;
        return { ...answer, body: first.body };
      };
    },
  },
  'modified-kept-by-tags': {
    falsify: () => {
      let tagged = 0;
      return async (request, send) => {
        const answer = await send();
        if (request.operation === 'tag') tagged += 1;
        const { association: { modifiedAt = 0, ...rest } = {} } = answer.body;
        if (request.operation !== 'describe') return answer;
        return { ...answer, body: { association: { ...rest, modifiedAt: modifiedAt + tagged } } };
      };
    },
  },
  'created-equals-modified': associations(['create', 'describe'], ({ createdAt = 0 }) => ({
    modifiedAt: createdAt + 1,
  })),
  'created-order': associations(['create'], () => ({ createdAt: 1_700_000_000 })),
  'change-times': associations(['update'], ({ modifiedAt = 0 }) => ({ modifiedAt: modifiedAt - 3_600 })),
  'external-id': associations(everything, () => ({ externalId: null })),
  'create-visible': { options: { listLagMs: lagMs } },
  'update-visible': {
    falsify: () => {
      let first: WireAnswer | null = null;
      return async (request, send) => {
        const answer = await send();
        if (request.operation !== 'describe') return answer;
        return (first ??= answer);
      };
    },
  },
  'delete-visible': { options: { deleteLagMs: lagMs } },
  'create-after-delete': { options: { deleteLagMs: lagMs } },
  filters: {
    falsify: () => (request, send) => {
      if (request.operation !== 'list') return send();
      request.query.delete('serviceAccount');
      return send();
    },
  },
  pages: answers(['list'], (answer) => {
    const { associations: listed = [], nextToken = null } = answer.body;
    return nextToken === null ? answer : { ...answer, body: { associations: listed.slice(1), nextToken } };
  }),
  'page-token': otherError(['list'], 400, 400, 'ForbiddenException'),
  'tags-count': requests('create', ({ tags = {} }) => Object.keys(tags).length > 50, { tags: { a: 'b' } }),
  'tags-length': requests('create', ({ tags = {} }) => 'key' in tags, { tags: { a: 'b' } }),
  'tags-reserved': requests('create', ({ tags = {} }) => 'AWS:team' in tags, { tags: { a: 'b' } }),
  'tags-kept': associations(['describe'], () => ({ tags: { stage: 'b' } })),
  'signature-window': { options: { signatureWindowMs: 3_600_000 } },
  'answer-dates': answers(everything, (answer) => ({ ...answer, date: new Date(Date.now() + 120_000).toUTCString() })),
  'processing-time': {
    falsify: () => async (request, send) => {
      if (request.operation === 'delete') await setTimeout(400);
      return send();
    },
  },
  throttling: {
    falsify: () => {
      let open = 0;
      return async (request, send) => {
        open += request.operation === 'list' ? 1 : 0;
        const isTooMuch = open > 5;
        const answer = await send();
        open -= request.operation === 'list' ? 1 : 0;
        return isTooMuch ? { ...answer, status: 400, exception: 'TooBusyException', body: {} } : answer;
      };
    },
  },
};
