import { randomOf } from '../../../test/support/random.ts';
import { describeUnless } from '../../../test/support/requires.ts';
import { associationsOf, openFunction } from './function.ts';
import type { Opened } from './function.ts';
import { missingOpenSsl } from './response-bucket.ts';
import { makeStack } from './stack.ts';

/** What declares an association: at most one, which it can move. */
interface Door {
  /** Makes the association as desired, or deletes it; false if that was refused, and undone. */
  readonly apply: (desired: Desired | null) => Promise<boolean>;
}

interface Desired {
  readonly serviceAccount: string;
  readonly roleArn: string;
  /** Differs each time: what is declared as before is not sent. */
  readonly reason: string;
}

const roles = ['api', 'worker'].map((name) => `arn:aws:iam::111122223333:role/pods/payments/payments-${name}`);
const [clusterName, namespace, tags] = ['apps-dev', 'payments', { team: 'payments' }];

/** A stack of CloudFormation with one resource. */
function stackDoor(opened: Pick<Opened, 'bucket' | 'invoke'>, name: string): Door {
  const stack = makeStack(opened, name);
  return {
    apply: async (desired) => {
      const template = desired && { Api: { clusterName, namespace, tags, ...desired } };
      // A failure that could not be undone is one too.
      return stack.deploy(template ?? {}).then(
        (reason) => reason === null,
        () => false,
      );
    },
  };
}

/** A resource of Terraform, which records also an update that failed. */
function terraformDoor({ invoke }: Pick<Opened, 'invoke'>, declaration: string): Door {
  let state: object | null = null;
  return {
    apply: async (desired) => {
      const input = desired && { declaration, clusterName, namespace, tags, ...desired };
      const action = input === null ? 'delete' : state === null ? 'create' : 'update';
      if (action === 'delete' && state === null) return true;
      const isDone = await invoke({ ...(input ?? state), tf: { action, prev_input: state } }).then(
        () => true,
        () => false,
      );
      if (isDone || action === 'update') state = input;
      return isDone;
    },
  };
}

describeUnless(missingOpenSsl)('forty changes of doors that want the same and different things', () => {
  test.each(process.env.LARGE_TESTS ? [1, 2, 3, 4] : [1])(
    'have one effect each, and none on what others made, with kills, lost answers and repeated events (seed %i)',
    async (seed) => {
      const opened = await openFunction();
      const { control } = opened.gateway.simulator;
      const random = randomOf(seed);
      const pick = <One>(list: readonly One[]) => list[random(list.length)] as One;
      /** As Lambda invokes the function: sometimes a process is killed, sometimes an event comes twice. */
      const invoke = async (event: unknown) => {
        const fate = random(5);
        if (fate === 0) await opened.invokeKilled(event);
        if (fate === 1) opened.route.faults.push('lost answer');
        if (fate === 2) opened.route.faults.push('not sent');
        const first = await opened.invoke(event).finally(() => opened.route.faults.splice(0));
        return fate === 3 ? opened.invoke(event) : first;
      };
      const { bucket } = opened;
      const doors = {
        first: stackDoor({ bucket, invoke }, 'first'),
        second: stackDoor({ bucket, invoke }, 'second'),
        terraform: terraformDoor({ invoke }, 'payments/api'),
      };
      const names = ['first', 'second', 'terraform'] as const;
      /** Who made the association of a service account last. */
      const owners = new Map<string, string>();
      const snapshot = () =>
        new Map(
          Object.values(associationsOf(opened)).map((one) => [
            one.serviceAccount,
            `${one.associationId} ${one.roleArn}`,
          ]),
        );
      const effects = () =>
        control.requests().filter(({ operation }) => /^(Create|Update|Delete)/.test(operation ?? '')).length;
      let refused = 0;

      for (let change = 0; change < 40; change += 1) {
        const before = snapshot();
        control.clearRequests();
        const serviceAccount = pick(['a', 'b', 'c']);
        if (random(6) === 0) {
          const [found] = Object.values(associationsOf(opened)).filter((one) => one.serviceAccount === serviceAccount);
          if (found) control.deleteAssociation(found.associationId);
          else control.createAssociation({ clusterName, namespace, serviceAccount, roleArn: pick(roles) });
          owners.delete(serviceAccount);
          continue;
        }
        const name = pick(names);
        const desired = random(5) === 0 ? null : { serviceAccount, roleArn: pick(roles), reason: `Change ${change}` };
        const isDone = await doors[name].apply(desired);
        const after = snapshot();
        const all = new Set([...before.keys(), ...after.keys()]);
        const changed = [...all].filter((one) => before.get(one) !== after.get(one));
        // Of others: nothing was changed, whatever became of the request.
        expect(changed.filter((one) => before.has(one) && owners.get(one) !== name)).toEqual([]);
        expect(effects()).toBe(changed.length);
        if (!isDone) refused += 1;
        else if (desired !== null) expect(after.get(serviceAccount)).toMatch(new RegExp(`^a-\\w+ ${desired.roleArn}$`));
        for (const one of changed) {
          if (after.has(one)) owners.set(one, name);
          else owners.delete(one);
        }
      }
      expect(refused).toBeGreaterThan(3);

      // In the end, each stack and the resource go with what is theirs.
      for (const name of names) {
        await doors[name].apply(null);
        for (const [serviceAccount, owner] of owners) if (owner === name) owners.delete(serviceAccount);
        const left = [...snapshot().keys()].filter((one) => owners.has(one)).sort();
        expect(left).toEqual([...owners.keys()].sort());
      }
      await opened.close();
    },
  );
});
