/** An example of a command: its line, without the name of the program, and what it does. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

const role = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';
const cluster = '--cluster-name apps-dev';
const serviceAccount = `${cluster} --namespace payments --service-account worker`;
const id = '--association-id a-0123456789abcdefg';
const arn = '--resource-arn arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-0123456789abcdefg';
const operation = '01KB4Q9V7ZJ0XW8N3M5T6R2YHC';
/** The short ID of an approval. */
const approval = '1f0c94ab';

/**
 * Examples of each command, in the order of the table of commands. Words with special characters
 * are in single quotes.
 */
const examples: Readonly<Record<string, readonly Example[]>> = {
  'create-pod-identity-association': [
    {
      line: `create-pod-identity-association ${serviceAccount} --role-arn ${role} --tags team=payments`,
      does: 'Give the pods of a service account the credentials of a role.',
    },
    {
      line: `create-pod-identity-association ${serviceAccount} --role-arn ${role} --expires-at 2026-12-24T18:00:00Z --reason 'Migration of invoices' --wait 1h`,
      does: 'Do so until a time, and wait up to an hour for approvers.',
    },
  ],
  'delete-pod-identity-association': [
    {
      line: `delete-pod-identity-association ${cluster} ${id} --reason 'Not used any more'`,
      does: 'Delete an association, and say why.',
    },
  ],
  'describe-pod-identity-association': [
    {
      line: `describe-pod-identity-association ${cluster} ${id} --query association.roleArn --output text`,
      does: 'Print the role of an association.',
    },
  ],
  'list-pod-identity-associations': [
    {
      line: `list-pod-identity-associations ${cluster} --namespace payments --output table`,
      does: 'Show the associations of a namespace as a table.',
    },
  ],
  'update-pod-identity-association': [
    {
      line: `update-pod-identity-association ${cluster} ${id} --role-arn ${role}`,
      does: 'Change the role of an association.',
    },
  ],
  'tag-resource': [
    { line: `tag-resource ${arn} --tags team=payments,cost-center=4711`, does: 'Add tags to an association.' },
  ],
  'untag-resource': [
    { line: `untag-resource ${arn} --tag-keys cost-center`, does: 'Remove a tag from an association.' },
  ],
  'list-tags-for-resource': [
    { line: `list-tags-for-resource ${arn} --query tags.team`, does: 'Show one tag of an association.' },
  ],
  'adopt-pod-identity-association': [
    {
      line: `adopt-pod-identity-association ${cluster} ${id} --reason 'Made with eksctl'`,
      does: 'Record an association that another tool made.',
    },
  ],
  'check-adopt-pod-identity-association': [
    {
      line: `check-adopt-pod-identity-association ${cluster} ${id}`,
      does: 'Show whether you may adopt an association.',
    },
  ],
  'check-create-pod-identity-association': [
    {
      line: `check-create-pod-identity-association ${serviceAccount} --role-arn ${role} --tags team=payments --detailed-exitcode`,
      does: 'Exit with 2 if a create would be refused, as in a pipeline.',
    },
  ],
  'check-delete-pod-identity-association': [
    {
      line: `check-delete-pod-identity-association ${cluster} ${id}`,
      does: 'Show whether you may delete an association.',
    },
  ],
  'check-tag-resource': [
    { line: `check-tag-resource ${arn} --tags team=payments`, does: 'Show whether a tag would be added or changed.' },
  ],
  'check-untag-resource': [
    { line: `check-untag-resource ${arn} --tag-keys cost-center`, does: 'Show whether you may remove a tag.' },
  ],
  'check-update-pod-identity-association': [
    {
      line: `check-update-pod-identity-association ${cluster} ${id} --role-arn ${role} --query '[wouldBeAttempted, refusal.code]'`,
      does: 'Show whether you may change the role of an association, and what refuses it.',
    },
  ],
  'ensure-pod-identity-association': [
    {
      line: `ensure-pod-identity-association ${serviceAccount} --role-arn ${role} --tags team=payments --declaration payments/bindings`,
      does: 'Give a service account this role, whether it has an association of the declaration or none.',
    },
  ],
  'ensure-no-pod-identity-association': [
    {
      line: `ensure-no-pod-identity-association ${serviceAccount} --declaration payments/bindings`,
      does: 'Take the role away again, if the declaration gave it.',
    },
  ],
  'check-ensure-pod-identity-association': [
    {
      line: `check-ensure-pod-identity-association ${serviceAccount} --role-arn ${role} --declaration payments/bindings --detailed-exitcode`,
      does: 'Exit with 2 if something would be changed.',
    },
  ],
  'check-ensure-no-pod-identity-association': [
    {
      line: `check-ensure-no-pod-identity-association ${serviceAccount} --declaration payments/bindings`,
      does: 'Show whether an association would be deleted.',
    },
  ],
  'audit-trail': [
    {
      line: `audit-trail ${cluster} --namespace payments --since 2026-11-01 --events SUCCEEDED,DENIED`,
      does: 'List the changes that were made and denied in a namespace since a day.',
    },
  ],
  drift: [
    {
      line: `drift ${cluster} --source SCAN --detailed-exitcode`,
      does: 'Exit with 2 if scans saw changes that were made outside the gateway.',
    },
  ],
  plan: [
    {
      line: 'plan -f bindings.yaml -o changes.plan --adopt',
      does: 'Show what a declaration would change, adopt what equals it, and save the plan.',
    },
  ],
  apply: [{ line: 'apply changes.plan --wait 30m', does: 'Make the changes of a plan, and wait for approvers.' }],
  export: [
    {
      line: `export ${cluster} -o apps-dev.yaml`,
      does: 'Write a declaration of the associations of a cluster.',
    },
  ],
  adopt: [{ line: 'adopt --plan --namespace payments,search', does: 'Show what would be adopted in two namespaces.' }],
  irsa: [
    {
      line: `irsa -f apps-dev.json ${cluster} -o bindings.yaml`,
      does: 'Plan the move of a cluster, from the output of kubectl get serviceaccounts,pods -A -o json.',
    },
  ],
  doctor: [
    {
      line: `doctor -f cluster.json --associations associations.json`,
      does: 'Compare pods with the list of the AWS CLI, without the gateway.',
    },
    {
      line: `doctor ${cluster} --watch --output json`,
      does: 'Follow pods of kubectl get pods -A -w -o json --output-watch-events, one line of JSON for each change.',
    },
  ],
  associations: [
    {
      line: `associations --role-arn ${role} --as-of 2026-11-01`,
      does: 'List who used a role on a day, in all clusters.',
    },
  ],
  clusters: [
    { line: `clusters --query 'clusters[].clusterName' --output text`, does: 'Print the names of all clusters.' },
  ],
  namespaces: [{ line: `namespaces ${cluster}`, does: 'List the namespaces of a cluster, and their owners.' }],
  'bindable-roles': [
    {
      line: `bindable-roles ${serviceAccount} --tags team=payments`,
      does: 'List the roles that you may bind to a service account.',
    },
  ],
  operation: [{ line: `operation --operation-id ${operation}`, does: 'Show what became of an operation.' }],
  'open-operations': [
    { line: 'open-operations --detailed-exitcode', does: 'Exit with 2 if operations are not completed.' },
  ],
  approvals: [
    { line: 'approvals', does: 'List the approvals that are pending in all clusters.' },
    { line: 'approvals --own', does: 'List your own that can still be approved or used.' },
  ],
  approval: [{ line: `approval ${approval}`, does: 'Show what is asked for, and who has to approve it.' }],
  approve: [{ line: `approve ${approval} --comment 'Agreed in the review'`, does: 'Approve a request.' }],
  reject: [{ line: `reject ${approval} --comment 'Use the role of the team'`, does: 'Reject a request.' }],
  'withdraw-approval': [{ line: `withdraw-approval ${approval}`, does: 'Withdraw your request.' }],
  resume: [{ line: `resume ${approval} --wait`, does: 'Send your approved request again, and wait for its result.' }],
  login: [
    { line: 'login', does: 'Sign in with the settings that the gateway publishes, or those of the last login.' },
    {
      line: 'login --issuer https://login.example.com --client-id pod-identity --device-code',
      does: 'Sign in with the browser of another device.',
    },
  ],
  logout: [{ line: 'logout --endpoint-url https://gateway.example.com', does: 'Delete the login to a gateway.' }],
  'auth-status': [{ line: 'auth status --output yaml', does: 'Show who you are, and how long your credentials last.' }],
  'auth-token': [{ line: 'auth token', does: 'Print the access token, for other programs.' }],
  whoami: [{ line: 'whoami --query principal.groups', does: 'Show your groups.' }],
};

/** The examples of a command. */
export function examplesOf({ name }: { readonly name: string }): readonly Example[] {
  return examples[name] ?? [];
}

/** The words of the line of an example. */
export function wordsOf({ line }: Example): readonly string[] {
  return [...line.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
}
