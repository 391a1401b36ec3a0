import type { Approval, GatewayClient, Warning } from 'pod-identity-client';
import type { Line } from './blocks.ts';
import { needOf, voidedLines, warningLines } from './render.ts';

/** What a reader needs beside the request to decide, as far as they may see it. */
interface Facts {
  readonly environment: string | null;
  readonly viewerMayVote: boolean;
  readonly existing: { readonly roleArn: string; readonly modifiedAt: string } | null;
  readonly warnings: readonly Pick<Warning, 'message' | 'advice'>[];
  readonly roleUse: { readonly count: number; readonly isComplete: boolean } | null;
  readonly recentChanges:
    | readonly {
        readonly time: string;
        readonly operationKind: string;
        readonly principal: { readonly principalId: string };
      }[]
    | null;
}

const factsDocument = `
  query Facts($id: ID!) {
    approval(id: $id) {
      environment
      viewerMayVote
      existing { roleArn modifiedAt }
      warnings { message advice }
      roleUse { count isComplete }
      recentChanges { time operationKind principal { principalId } }
    }
  }`;

/** The facts about an approval; null if it is gone since. */
export async function factsOf(client: GatewayClient, id: string): Promise<Facts | null> {
  const { approval } = await client.request<{ readonly approval: Facts | null }>(factsDocument, { id });
  return approval;
}

interface Rule {
  readonly policy: { readonly text: string } | null;
}

const ruleDocument = `
  query Rule($policyId: String!) {
    policy(policyId: $policyId) { text }
  }`;

/** The most rules, and lines of each, that a form shows: the page has all. */
const [mostRules, mostRuleLines] = [3, 40];

/** The texts of the rules that ask for the approval, as far as their authors show them to this reader. */
export async function ruleLines(client: GatewayClient, { needs }: Pick<Approval, 'needs'>): Promise<Line[]> {
  const ids = [...new Set(needs.map(({ policyId }) => policyId))].slice(0, mostRules);
  const texts = await Promise.all(
    ids.map(async (policyId) => {
      // The form is of use without them.
      const { policy } = await client.request<Rule>(ruleDocument, { policyId }).catch(() => ({ policy: null }));
      return policy === null ? [] : [[{ bold: `Rule ${policyId}` }], ...policy.text.split('\n').flatMap(ruleLine)];
    }),
  );
  return texts.flatMap((lines) => (lines.length > mostRuleLines ? [...lines.slice(0, mostRuleLines), ['…']] : lines));
}

const ruleLine = (text: string): Line[] => (text.trim() === '' ? [] : [[{ code: text }]]);

const tagsText = (tags: readonly { readonly key: string; readonly value: string }[]) =>
  tags.map(({ key, value }) => `${key}=${value}`).join(', ');

/** Who asks for what and why; then what it is compared with. */
export function reviewLines(approval: Approval, facts: Facts | null): Line[] {
  const { operation, principal, actor, onBehalfOf, target, request, reason, declaration, needs, before } = approval;
  const settings = Object.entries({
    ...request,
    changes: request.changes.join(', '),
    tags: tagsText(request.tags),
    tagKeys: request.tagKeys.join(', '),
    expectedTags: tagsText(request.expectedTags ?? []),
  });
  const inName = [
    actor === null ? '' : ` through ${actor.principalId}`,
    onBehalfOf === null ? '' : ` for ${onBehalfOf}`,
  ];
  return [
    [{ bold: principal.principalId }, inName.join(''), ' asks for ', { code: operation }],
    ['Reason: ', reason ?? 'not given'],
    [
      'for ',
      { code: `${target.namespace}/${target.serviceAccount}` },
      ` in cluster ${target.clusterName} (${[facts?.environment, target.accountId, target.region].filter(Boolean).join(', ')})`,
    ],
    ...settings.flatMap(([name, value]): Line[] =>
      value === null || String(value) === '' ? [] : [[`${name}: `, { code: String(value) }]],
    ),
    ...(before === null ? [] : [['When asked: ', { code: before.roleArn }]]),
    ...(declaration === null ? [] : [['Declaration: ', { code: declaration }]]),
    ...(facts === null ? [] : factLines(facts)),
    ...needs.map((need): Line => ['Needs ', { bold: need.group }, `${needOf(need)}: ${need.message}`]),
    ...voidedLines(approval),
    ...(facts?.viewerMayVote === false ? [['Your vote would not count now.']] : []),
  ];
}

function factLines({ existing, warnings, roleUse, recentChanges }: Facts): Line[] {
  const now: Line[] =
    existing === null ? [] : [['Now: ', { code: existing.roleArn }, ', since ', { time: existing.modifiedAt }]];
  const use: Line[] =
    roleUse === null
      ? []
      : [[`Associations with this role that you may see: ${roleUse.isComplete ? '' : 'more than '}${roleUse.count}`]];
  const changes = (recentChanges ?? []).map(({ time, operationKind, principal }): Line => [
    ...['Changed at ', { time }, `: ${operationKind} by ${principal.principalId}`],
  ]);
  return [...now, ...use, ...changes, ...warningLines(warnings)];
}
