/** A word or phrase that the project does not use, and what to write instead. */
export interface StyleRule {
  readonly pattern: RegExp;
  /** Why the wording is a problem, and how to fix it. */
  readonly cure: string;
  /** A sentence that the rule rejects. */
  readonly bad: string;
  /** How to write that sentence; the rule accepts it. */
  readonly good: string;
}

/** The rules, by wording. They are few, and each has an exact cure: other prose is a matter of review. */
export const styleRules: readonly StyleRule[] = [
  {
    pattern: /\bmend(s|ed|ing|able)?\b/i,
    cure: 'archaic: write "fix"',
    bad: 'Mend every field that findings name.',
    good: 'Fix every field listed in findings.',
  },
  {
    pattern: /(?<!\b[Tt]here )\bis no (?!longer\b)/,
    cure: 'write "is not a …", and say what is expected',
    bad: '"x" is no ARN of an IAM role.',
    good: '"x" is not an IAM role ARN.',
  },
  {
    pattern: /\b(nobody|somebody|anybody|everybody)\b/i,
    cure: 'name the subject: a principal, a client, another tool; or turn the sentence round',
    bad: 'API Gateway authorized nobody for this request.',
    good: 'The request carries no verified identity.',
  },
  {
    pattern: /\banew\b/i,
    cure: 'archaic: write "again"',
    bad: 'Each page is authorized anew.',
    good: 'Each page is authorized again.',
  },
  {
    pattern: /\bsettl(er|es?|ed|ing)\b/i,
    cure: 'write "reconciler", "reconcile" or "complete"',
    bad: 'The operation could not be settled.',
    good: 'The operation could not be reconciled.',
  },
  {
    pattern: /\bungoverned\b/i,
    cure: 'write "drift", or name the kind: UNMANAGED, FORGED_TAG, MODIFIED, DELETED',
    bad: 'Lists ungoverned associations.',
    good: 'Lists associations with drift.',
  },
  {
    pattern: /\bdoubtful\b|(?<!\bin[ -])\bdoubts?\b/i,
    cure: 'the term is "in doubt": an operation is in doubt, an in-doubt operation',
    bad: 'A doubt lasts 7 minutes.',
    good: 'An operation can stay in doubt for up to 7 minutes.',
  },
  {
    pattern:
      /\b(EKS|IAM|AWS|DynamoDB|Cedar) (itself )?(says?|said|shows?|showed|knows?|tells?|told|(is|was|isn't) (not )?asked)\b/,
    cure: 'services return, reject, report, receive; they do not speak',
    bad: 'EKS says no.',
    good: 'EKS rejects the request.',
  },
  {
    pattern: /\b(askers?|requesters?)\b/i,
    cure: 'write "principal" for who is authenticated, "client" for the software',
    bad: 'The asker belongs to the groups of its token.',
    good: 'The principal belongs to the groups of its token.',
  },
  {
    pattern: /\brooms\b|\broom of its own\b/i,
    cure: 'write "layer", "module" or "folder"',
    bad: 'The rooms of src.',
    good: 'The layers of src.',
  },
  {
    pattern: /\band none\b/i,
    cure: 'write the number',
    bad: 'A denial makes one DynamoDB call and none of EKS.',
    good: 'A denial makes 1 DynamoDB call and 0 EKS calls.',
  },
  {
    pattern: /\broads?\b|\bwalk(s|ed)?\b(?! through)/i,
    cure: 'write "request flow" or "flow"',
    bad: 'Every road of a request is walked once.',
    good: 'Every request flow runs once.',
  },
  {
    pattern: /\bover(taken|takes?|took)\b/i,
    cure: 'write "superseded"',
    bad: 'Who was overtaken writes nothing.',
    good: "A superseded lease holder can't write.",
  },
  {
    pattern: /(?<!\blease )\bholders?\b/i,
    cure: 'write "lease holder"',
    bad: 'Only the latest holder may write.',
    good: 'Only the latest lease holder may write.',
  },
  {
    pattern: /\blapsed?\b/i,
    cure: 'write "expired"',
    bad: 'Operations whose lease has lapsed.',
    good: 'Operations whose lease has expired.',
  },
  {
    pattern: /\b(past the gateway|in the way)\b/i,
    cure: 'write "outside the gateway"; an existing association "conflicts"',
    bad: 'Associations made past the gateway.',
    good: 'Associations created outside the gateway.',
  },
  {
    pattern: /\bbears?\b/i,
    cure: 'archaic: write "has" or "carries"',
    bad: 'The association bears a tag.',
    good: 'The association has a tag.',
  },
  {
    pattern: /\ba look\b|\blooks? at EKS\b/i,
    cure: 'write "observe", "observation" or "read"',
    bad: 'A look at EKS proves it.',
    good: 'An observation of EKS proves it.',
  },
  {
    pattern: /\bc[ao]mes? to (an|the|a) (outcome|decision|conclusion)\b/i,
    cure: 'write "completed", "decided"',
    bad: 'An operation came to an outcome.',
    good: 'Operation completed.',
  },
  {
    pattern: /\bwhoever\b/i,
    cure: 'write "any principal that", "a client that", "regardless of who"',
    bad: 'Whoever may tag associations can forge it.',
    good: 'A principal that may tag associations can forge it.',
  },
  {
    pattern: /\b(releases? of (policies|a lock|the lock)|policy releases?)\b/i,
    cure: 'a policy version is published and in force; a lock is lifted; only tokens and the software are released',
    bad: 'A release of policies was refused.',
    good: 'A policy version was refused.',
  },
  {
    pattern: /\b(facts of (the )?roles?|role facts)\b/i,
    cure: 'write "role attributes": tags and permissions boundary',
    bad: 'Facts of roles are read for the policies that use them.',
    good: 'Role attributes are read for the policies that use them.',
  },
  {
    pattern: /\b(lends?|lent)\b/i,
    cure: 'write "the inventory allows the namespace to use the role"',
    bad: 'The inventory lends the role to the namespace.',
    good: 'The inventory allows the namespace to use the role.',
  },
  {
    pattern: /\b(named persons?|person for whom|beneficiary|beneficiaries)\b/i,
    cure: 'write "the person on whose behalf a service acts", or `onBehalfOf`',
    bad: 'A reason and a beneficiary.',
    good: 'A reason, and the person on whose behalf a service acts.',
  },
  {
    pattern: /\bcan not\b/,
    cure: `write "can't"`,
    bad: 'The cluster can not be read.',
    good: "The cluster can't be read.",
  },
  {
    pattern: /\bfor want of\b/i,
    cure: 'write "because no … applies", "without"',
    bad: 'The request is denied for want of any permit.',
    good: 'The request is denied because no permit applies.',
  },
  {
    pattern: /\bcalls? of (EKS|IAM|STS|DynamoDB)\b/,
    cure: 'a compound, not a genitive: "EKS calls"',
    bad: 'The request has no calls of EKS left.',
    good: 'The request has reached its limit of EKS calls.',
  },
  {
    pattern: /^#+ Of (a|an|one|the)?\b/,
    cure: 'a heading is a noun: "Document limits"',
    bad: '## Of a document',
    good: '## Document limits',
  },
  {
    pattern: /\bpaced\b/i,
    cure: 'write "rate-limited"',
    bad: 'Reads are paced.',
    good: 'Reads are rate-limited.',
  },
];
