import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import schema from '../../docs/event.schema.json';
import { detailTypeOf, eventTypes } from '../../src/events/event-types.ts';
import { eventOf, isSelected } from '../../src/events/event.ts';
import { earlierExpiry, entries } from '../support/stored-samples.ts';
import { association, auditEntry, biggestTags, request } from '../support/ledger-samples.ts';

const validate = new Ajv2020({
  strict: true,
  formats: { 'date-time': (text) => !Number.isNaN(Date.parse(text)) },
}).compile(schema);

const delivered = Object.values(eventTypes).filter((placement) => placement !== null);

test('the schema names every type of event, and no other', () => {
  expect(schema.properties.type.enum).toEqual(delivered.map(({ type }) => type));
  expect(new Set(delivered.map(({ detailType }) => detailType)).size).toBe(delivered.length);
  for (const { type, detailType } of delivered) expect(detailTypeOf(type)).toBe(detailType);
});

test.each(
  Object.values(entries)
    .filter((entry) => isSelected(entry, 1))
    .map((entry) => [entry.event, entry] as const),
)('the event of a stored %s entry meets the schema', (_, entry) => {
  const event = eventOf(entry, null);
  expect([validate(JSON.parse(JSON.stringify(event))), validate.errors]).toEqual([true, null]);
  expect(Object.keys(event).sort()).toEqual([...schema.required].sort());
});

test('the event of a stored entry of an earlier expiry says when the association is deleted', () => {
  const event = eventOf(earlierExpiry, null);
  expect(validate(JSON.parse(JSON.stringify(event)))).toBe(true);
  expect(event.deletesAt).toBe('2026-11-25T12:00:00.000Z');
});

test('the page on events has a row for each type, with its detail type and its entry', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'events.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z]+\.[a-z-]+)` +\| `([^`]+)` +\| `([A-Z_]+)`/gm)].map((row) => row.slice(1));
  const expected = Object.entries(eventTypes).flatMap(([event, placement]) =>
    placement === null ? [] : [[placement.type, placement.detailType, event]],
  );
  expect(rows.sort()).toEqual(expected.sort());
});

test('an event says who changed what, and from which role to which, and names no person on whose behalf', () => {
  const { roleArn, associationArn } = association();
  const actor = { id: 'chatops', kind: 'SERVICE', groups: [], sessionName: null, otherGroups: null } as const;
  const roles = { roleArn: 'new', targetRoleArn: 'other' };
  const onBehalfOf = 'https://id.example.com/#bob';
  const fields = { actor, onBehalfOf, associationArn, before: association(), request: request(roles) };
  const entry = auditEntry({ event: 'SUCCEEDED', ...fields });
  expect(eventOf(entry, 'earlier')).toMatchObject({
    ...{ predecessorId: 'earlier', operationId: entry.operationId, operation: entry.operation, time: entry.time },
    ...{ principal: { id: entry.principal.id, kind: 'USER' }, actor: { id: 'chatops', kind: 'SERVICE' } },
    onBehalfOf: null,
    ...{ target: entry.target, associationArn, roleArnBefore: roleArn, ...roles, lock: null, ownRequest: false },
  });
  const locked = auditEntry({ event: 'LOCKED', operation: 'LOCK_CHANGES', request: null, message: 'All changes.' });
  expect(eventOf(locked, null)).toMatchObject({ lock: 'All changes.', roleArn: null, target: locked.target });
  expect(eventOf({ ...locked, target: null }, null).target).toBeNull();
});

test('an event of an approval says who has to approve it and until when, and one of a near end when it ends', () => {
  const key = '9'.repeat(64);
  const needs = [{ group: 'security', count: 2 }];
  const expiresAt = '2026-11-28T10:00:00.000Z';
  const entry = auditEntry({ event: 'APPROVAL_REQUESTED', approvalKey: key, approvalTerms: { needs, expiresAt } });
  const id = `${entry.operationId}.${key}`;
  expect(eventOf(entry, null)).toMatchObject({ approval: { id, needs, expiresAt }, endsAt: null });
  const { approvalTerms: _, ...earlier } = entry;
  expect(eventOf(earlier, null).approval).toEqual({ id, needs: [], expiresAt: null });
  const near = entries.EXPIRY_WARNED;
  expect(eventOf(near, null)).toMatchObject({ approval: null, endsAt: '2026-11-25T12:00:00.000Z' });
});

test('the event of a cluster that is gone names the cluster, and no service account', () => {
  const { cluster } = entries.CLUSTER_GONE;
  expect(cluster).toMatchObject({ clusterName: 'apps' });
  expect(eventOf(entries.CLUSTER_GONE, null)).toMatchObject({ type: 'cluster.gone', target: null, cluster });
  expect(eventOf(auditEntry({ event: 'SUCCEEDED' }), null).cluster).toBeNull();
});

test('an event has no session policy, tag, reason, message or user agent, whatever an entry has', () => {
  const secret = 'sts:GetCallerIdentity-secret';
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Action: secret }] });
  const tags = [{ key: secret, value: secret }];
  const entry = {
    request: request({ policy, tags }),
    before: association({ policy, tags, externalId: secret }),
    ...{
      message: `policy is ${policy}`,
      reason: secret,
      userAgent: secret,
      declaration: secret,
      sourceAddress: secret,
    },
    findings: [{ field: secret, code: secret, message: secret, advice: secret }],
    invalidInput: { sha256: secret, bytes: 1, fields: { [secret]: 1 }, findingCount: 1 },
  } as never;
  for (const event of Object.keys(eventTypes) as (keyof typeof eventTypes)[]) {
    if (eventTypes[event] === null || event === 'LOCKED' || event === 'UNLOCKED') continue;
    for (const operation of ['CREATE_POD_IDENTITY_ASSOCIATION', 'OBSERVE_ASSOCIATION'] as const) {
      expect(JSON.stringify(eventOf(auditEntry({ ...(entry as object), event, operation }), null))).not.toContain(
        'secret',
      );
    }
  }
});

test('the event of the largest and most hostile names is far below the 256 KB of EventBridge, and is valid JSON', () => {
  const hostile = `\ud800"\\\u0000</script>${'🦜'.repeat(100_000)}`;
  const principal = { id: hostile, kind: 'USER', groups: [hostile], sessionName: hostile, otherGroups: null } as const;
  const entry = auditEntry({
    ...{ event: 'SUCCEEDED', principal, actor: principal, onBehalfOf: hostile, message: hostile },
    associationArn: hostile,
    before: association({ roleArn: hostile, tags: biggestTags() }),
    request: request({ roleArn: hostile, targetRoleArn: hostile }),
  });
  const text = JSON.stringify(eventOf(entry, null));
  expect(Buffer.byteLength(text)).toBeLessThan(65_536);
  expect(text.isWellFormed()).toBe(true);
});

test('a refusal becomes an event only if its operation had begun', () => {
  expect(isSelected(auditEntry({ event: 'REFUSED', fence: 1 }), 1)).toBe(true);
  expect(isSelected(auditEntry({ event: 'REFUSED', fence: null }), 1)).toBe(false);
});

test('the share of denials that become events depends on the id of the entry alone', () => {
  const denials = Array.from({ length: 2_000 }, () => auditEntry({ event: 'DENIED', fence: null }));
  const selected = (share: number) =>
    denials.filter((entry) => isSelected({ ...entry }, share)).map(({ entryId }) => entryId);
  expect(selected(1)).toHaveLength(2_000);
  expect(selected(0)).toHaveLength(0);
  const tenth = selected(0.1);
  expect(tenth.length).toBeGreaterThan(100);
  expect(tenth.length).toBeLessThan(320);
  expect(selected(0.1)).toEqual(tenth);
  const half = new Set(selected(0.5));
  expect(tenth.filter((id) => !half.has(id))).toEqual([]);
});
