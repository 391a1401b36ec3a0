/** The tests that show what stops each threat of docs/threat-model.md, as `file: title`. */
export const threatTests: Readonly<Record<string, readonly string[]>> = {
  'Spoofing: a token is forged, or not meant for this gateway': [
    'test/auth/verify-token.test.ts: a forged signature is rejected: of another key, of another token, cut off, or with a changed payload',
    'test/auth/verify-token.test.ts: alg none is rejected, in any spelling',
    'test/auth/verify-token.test.ts: a verified token does not make another signature, header or payload valid',
  ],
  'Spoofing: an ID token or another token of the same issuer is used': [
    'test/auth/jwt.test.ts: an ID token of %s is rejected by default',
  ],
  'Denial of service: more requests than the gateway can serve': [
    'test/lambda/template.slow.test.ts: the API is throttled, and its access log is JSON with the request and who sent it',
  ],
  'Denial of service: one caller in a loop': ['test/graphql/limits.test.ts: writes nothing and reads nothing'],
  'Denial of service: requests by principals without a permit': [
    'test/graphql/costs.test.ts: %s makes no EKS call, reads one row and writes one entry of 1 KB',
  ],
  'Spoofing: an event that API Gateway did not send': [
    'test/auth/authenticate.test.ts: an event %s is refused',
    'test/auth/authenticate.test.ts: a token with a forged signature is rejected, even in an event that says API Gateway verified it',
  ],
  'Spoofing: the token in the header is not the one that was verified': [
    'test/auth/jwt.test.ts: a header that differs from the verified claims is rejected: another %s, in %j',
  ],
  'Elevation of privilege: a group, scope or kind that the issuer did not give': [
    'test/auth/principals.test.ts: reads groups from the header, because the flat claims are ambiguous',
  ],
  'Elevation of privilege: a role that looks like a permission set': [
    'test/auth/principals.test.ts: %s has no groups: only the registered role of an account has',
  ],
  'Denial of service: a document that is expensive to check or to answer': [
    'test/graphql/hostile-requests.test.ts: a document whose fragments spread each other many times is checked for a second mutation with one visit of each fragment',
    'test/reliability/fuzz/fuzz.test.ts: mutated requests cause no internal error, no error in the log, and bounded answers, logs and entries',
  ],
  'Denial of service: invented key ids make the function read keys': [
    'test/auth/verify-token.test.ts: tokens with invented key ids cause at most one request in 30 seconds',
  ],
  'Information disclosure: an error shows internals': [
    'test/graphql/reads.test.ts: masks an internal error, and logs it with the request ID',
  ],
  'Elevation of privilege: a policy that fails, or is missing, permits': [
    'test/policy/evaluation-failures.test.ts: when a forbid fails, although Cedar itself allows it',
  ],
  'Elevation of privilege: a desired state names the declaration of others, to change or delete what is theirs': [
    'test/operations/ensure/seams.test.ts: who may not view the association is answered as by a create, and as where there is none',
    'test/operations/ensure/seams.test.ts: who has no permit in the namespace causes no read, and is denied as by a create',
    'test/operations/ensure/flow.test.ts: leaves alone what another declaration, or none, made last',
  ],
  'Elevation of privilege: an expiry deletes what its principal may not delete': [
    'test/operations/expiry-rights.test.ts: is that of a delete where there is no expiry, alone and with other changes',
  ],
  'Elevation of privilege: a request is executed that no second person agreed to': [
    "test/graphql/approval-attacks.test.ts: the service that asked for a person can't approve, nor can the person through it",
    'test/graphql/approval-attacks.test.ts: an approval is used once: another token needs another one',
    'test/graphql/approval-attacks.test.ts: a vote for a rule that changed meanwhile does not count for the new one',
    'test/operations/judged-votes.test.ts: does not count for good once it was voided, and its voter may vote again',
  ],
  'Information disclosure: approvals of other teams': [
    "test/graphql/approval-attacks.test.ts: other teams can't tell an approval from none, read it or vote on it",
  ],
  'Elevation of privilege: a mistake in the inventory': ['test/policy/inventory.test.ts: with all problems at once'],
  'Information disclosure: a caller finds out which roles an account has': [
    'test/operations/role-attributes.test.ts: costs no IAM call without a permit in the cluster',
  ],
  'Elevation of privilege: a role has the required tag for a moment, or its owner sets it': [
    'test/eks/client-reads.test.ts: reads a role once in ten seconds, for all clusters',
  ],
  'Spoofing: a service blames a change on a person': [
    'test/policy/on-behalf-of.test.ts: gains no permission of the person',
  ],
  "Repudiation: a decision can't be explained later": [
    'packages/operator/test/policies/replay-decision.slow.test.ts: uses the recorded time and time zone, whenever the entry was written',
  ],
  'Tampering: policies or inventory are replaced': [
    'test/deploy/permissions.slow.test.ts: the publisher of policies may put and read policy versions, and neither change nor delete them, nor write to another table',
    'test/policy-versions/live.slow.test.ts: live policies stay as they are at a version whose content was changed in the table',
    'test/policy-versions/swap.slow.test.ts: a new policy version is used by whole requests: under load, no request is judged by a mix of two versions',
  ],
  'Tampering: an audit entry is changed or removed': [
    'test/deploy/permissions.slow.test.ts: %s may do nothing that the table lacks',
    'test/outages/alarms.slow.test.ts: a %s of an entry of the trail rings within a minute',
    'test/deploy/service-control-policy.slow.test.ts: an operator puts locks and their entries, and nothing else into any table, with every right of the account',
    'packages/operator/test/verify/verify.slow.test.ts: names an entry whose principal was changed',
    'packages/operator/test/verify/verify.slow.test.ts: names a denial that was deleted',
    'packages/operator/test/verify/verify.slow.test.ts: names checkpoints that another key has signed, unless it is one of the known ones',
    'test/lambda/template.slow.test.ts: the log of the trail is locked, kept and written by the checkpoint function only, which alone may sign',
  ],
  'Repudiation: a change without an entry': [
    'test/operations/wire-counts.test.ts: a request fails with LEDGER_UNAVAILABLE and 0 EKS calls when DynamoDB does not accept the INTENT',
  ],
  'Information disclosure: entries, associations or answers of others': [
    'test/graphql/disclosure-paths.slow.test.ts: sees only its own namespaces in every path from %s',
  ],
  'Information disclosure: a caller finds out which associations exist, by their ids': [
    'test/graphql/hidden-associations.slow.test.ts: %s can’t tell an association of %s from an id that does not exist: by answers, by calls, or by the own trail',
  ],
  'Information disclosure: a stolen token reads until it expires': [
    'test/graphql/locks.test.ts: stop reads within ten seconds after a lock is set, and let them pass within ten seconds after it is lifted',
  ],
  "Denial of service: operators can't stop the gateway, or others can": [
    'test/deploy/service-control-policy.slow.test.ts: an operator does not put %s into the idempotency table',
  ],
  'Denial of service: expiries of one setter delay those of others': [
    "test/operations/expire-bursts.test.ts: eleven expiries of one setter at the same time are held once, and don't delay those of others",
  ],
  'Denial of service: large or many entries': [
    'test/ledger/audit-entries.test.ts: an entry has at most 16 KB whatever is large in a request that changes nothing',
  ],
  'Tampering: a change outside the gateway': [
    'test/queries/drift.test.ts: reports a tag of an unknown operation, or of one on another service account, as FORGED_TAG',
    'test/queries/drift.test.ts: reports an association that was deleted outside as DELETED',
    'test/queries/forged-state.test.ts: another role that the state says an operation left',
  ],
  'Repudiation: an adoption hides a change around the gateway': [
    'test/operations/adopt.test.ts: is denied to the owners of the namespace without a call to EKS',
  ],
  'Spoofing: an answer that is not of EKS, or of another association': [
    'test/eks/client.test.ts: answered with status %i by something other than EKS is unknown',
  ],
  'Elevation of privilege: the gateway passes a role that pods must not get': [
    'test/deploy/permissions.slow.test.ts: $action on $resource $circumstance: as docs/permissions.md says',
  ],
  'Elevation of privilege: a query changes an association': [
    'test/eks/eks-for.test.ts: of a read have no right to change, in any account',
  ],
  'Repudiation: CloudTrail names the gateway, not the principal': [
    'test/operations/executor.test.ts: the session leads to the principal: by its name to the trail, by its source identity to the id',
  ],
  'Denial of service: the quota of EKS is used up': [
    'test/operations/wire-counts.test.ts: a denial makes 1 DynamoDB call and 0 EKS calls',
  ],
  'Elevation of privilege: it does what no request was allowed to do': [
    'test/deploy/permissions.slow.test.ts: $action on $resource $circumstance: as docs/permissions.md says',
  ],
  'Tampering: an observation is taken for the wrong outcome': [
    'test/operations/effects.test.ts: considers an equal association without room for the ownership tag %s',
  ],
  'Tampering: a function with a wrong clock, or one that was stopped, writes late': [
    'test/ledger/frozen-process.slow.test.ts: a process that is stopped until after its deadline sends nothing more, although its write may be repeated',
    'test/ledger/dynamodb.test.ts: writes nothing once an answer showed it, and reads',
  ],
  "Denial of service: operations that can't be resolved stop the others": [
    'test/operations/reconcile.test.ts: leaves operations for which it has no time to the next run',
  ],
  'Elevation of privilege: the function, its roles or the API are changed': [
    'test/deploy/service-control-policy.slow.test.ts: an administrator of the account may not $action on $on',
    'test/deploy/service-control-policy.slow.test.ts: only deployers and break-glass connect event sources to a function',
  ],
  'Tampering: a package with other settings than those intended': [
    'test/deploy/deploy-check.slow.test.ts: issuers are rejected: %s',
  ],
  'Information disclosure: secrets in the package, the template or the logs': [
    'test/app/settings.test.ts: a file with %s is rejected, by its path',
  ],
  'Repudiation: it is not known what was deployed when a decision was made': [
    'test/policy/load.test.ts: records the hashes of the folder in decisions',
  ],
  'Elevation of privilege: an invocation changes what the team may not change': [
    'packages/iac/test/template.slow.test.ts: may %s on %s: %s',
    'packages/iac/test/invocation.test.ts: of another declaration changes and deletes nothing',
  ],
  'Information disclosure: an event makes the function send its response elsewhere': [
    'packages/iac/test/respond.test.ts: does not answer at %s',
    'packages/iac/test/respond.test.ts: is not asked again after %s, and no redirect is followed',
    'packages/iac/test/cloudformation.test.ts: whose response would go to %s is left alone',
  ],
  'Information disclosure: a token of the page gets into other hands': [
    'packages/page/test/browser/sign-in.browser.test.ts: comes back to the view of a link, as the person, and leaves no token anywhere',
    'packages/page/test/browser/security.browser.test.ts: refuses %s to the scripts of the page',
  ],
  'Elevation of privilege: a resource asks for another namespace or cluster': [
    'packages/controller/test/controller.test.ts: the requests are those of the service account of the namespace, without a person',
  ],
  'Elevation of privilege: the controller is taken over': [
    'packages/controller/test/controller.test.ts: events and metrics tell what happened, and every right of the manifests is used',
    'packages/controller/test/manifests.test.ts: the pod meets the restricted pod security standard',
  ],
  'Tampering: two resources, or a resource and another door, want other things': [
    'packages/controller/test/controller.test.ts: of resources that overlap, the oldest wins, the others say so, and one follows at its end',
    'packages/controller/test/controller.test.ts: an association of others is left alone, unless the resource may take it over',
  ],
  'Elevation of privilege: a web page uses `npm start` or the simulator through the browser of a developer': [
    'packages/local-gateway/test/http-api/foreign-pages.test.ts: a rebound name gets 421 on %s, and what to set',
  ],
};
