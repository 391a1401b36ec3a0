import type { Ledger } from '../../src/ledger/ledger.ts';
import { openForEachTest } from '../support/each-test.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedgers } from '../support/ledgers.ts';
import { associationDocument, codeOf, document, namespace } from './trail-samples.ts';
import type { Trail } from './trail-samples.ts';

describeOnLedgers('on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  const send = (variables: object, as = 'alice') =>
    gateway.send<{ auditTrail: Trail }>(document, { scope: namespace, ...variables }, as);

  async function read(variables: object = {}, as?: string): Promise<Trail> {
    const answered = await send(variables, as);
    if (!answered.data) throw new Error(JSON.stringify(answered));
    return answered.data.auditTrail;
  }

  describe('auditTrail of an association', () => {
    const readOf = (id: string | undefined, more: object = {}, as = 'alice') =>
      gateway.send<{ podIdentityAssociation: { associationId: string; auditTrail: Trail | null } | null }>(
        associationDocument,
        { id, ...more },
        as,
      );

    test('equals auditTrail of its ARN, page by page, with interchangeable cursors', async () => {
      const { association } = await gateway.create();
      await gateway.update({
        associationId: association?.associationId,
        disableSessionTags: true,
        clientRequestToken: 'update',
      });
      const whole = (await readOf(association?.associationId)).data?.podIdentityAssociation?.auditTrail;
      expect(whole?.edges.map(({ node }) => node.event)).toEqual(['SUCCEEDED', 'INTENT', 'SUCCEEDED']);
      const scope = { associationArn: association?.associationArn };
      expect(await read({ scope })).toEqual(whole);
      const { data } = await readOf(association?.associationId, { first: 1, after: whole?.edges[0]?.cursor });
      expect(data?.podIdentityAssociation?.auditTrail?.edges).toEqual(whole?.edges.slice(1, 2));
    });

    test('auditTrail of an association is null for a principal that may view the association but not read its trail', async () => {
      await gateway.close();
      gateway = await openGateway({
        ledger,
        change: (deps) => ({
          ...deps,
          authorize: (context, request) => {
            const decision = deps.authorize(context, request);
            const denied = { allowed: false, violations: [{ policyId: 'x', message: 'No.', advice: null }] };
            return request.action === 'ReadAuditTrail' ? { ...decision, ...denied } : decision;
          },
        }),
      });
      const { association } = await gateway.create();
      const answered = await readOf(association?.associationId);
      expect(answered.data?.podIdentityAssociation).toEqual({
        associationId: association?.associationId,
        auditTrail: null,
      });
      expect(answered.errors).toBeUndefined();
    });

    test('validates its arguments by the same rules', async () => {
      const { association } = await gateway.create();
      for (const more of [{ first: 0 }, { first: 1_001 }, { after: 'x' }]) {
        const answered = await readOf(association?.associationId, more);
        expect(answered.data?.podIdentityAssociation?.auditTrail).toBeNull();
        expect(codeOf(answered)).toBe('BAD_USER_INPUT');
      }
    });
  });
});
