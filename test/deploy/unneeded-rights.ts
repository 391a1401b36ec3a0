/** What the deployer is not allowed although a schema lists it, and why no deployment needs it. */
export const unneeded: readonly { readonly types: RegExp; readonly actions: RegExp; readonly reason: string }[] = [
  { types: /DynamoDB/, actions: /:DeleteTable$/, reason: 'The tables outlive the stack.' },
  {
    types: /DynamoDB/,
    actions:
      /:(AssociateTableReplica|BatchWriteItem|CreateTableReplica|(Delete|Get|Put|Update)Item|DescribeImport|ImportTable|Query|Scan)$|^(logs|s3):|^kms:ListAliases$/,
    reason: 'Tables are neither replicated nor imported, and the deployer does not read or write items.',
  },
  {
    types: /DynamoDB/,
    actions: /KinesisStreamingDestination$|ContributorInsights$|^kinesis:|^iam:CreateServiceLinkedRole$/,
    reason: 'Tables have no streams to Kinesis and no contributor insights.',
  },
  { types: /DynamoDB/, actions: /:DeleteResourcePolicy$/, reason: 'Each table keeps its policy.' },
  {
    types: /KMS/,
    actions: /:PutKeyPolicy$/,
    reason: 'A deployer that can change the policy of the key could sign the log of the trail.',
  },
  { types: /ApiGatewayV2::Api$/, actions: /^s3:/, reason: 'The API is not imported from a file.' },
  { types: /IAM::Policy/, actions: /(Group|User)Policy$/, reason: 'Policies are of roles.' },
  {
    types: /IAM::Role/,
    actions: /:(AttachRolePolicy|DetachRolePolicy|DeleteRolePermissionsBoundary)$/,
    reason: 'Roles have inline policies, within the boundary.',
  },
  {
    types: /IAM::Role/,
    actions: /:UpdateRole/,
    reason: 'Roles have no description, and the default duration of sessions.',
  },
  {
    types: /Lambda/,
    actions: /^(ec2|elasticfilesystem|s3files):/,
    reason: 'The functions have no network and no file system.',
  },
  {
    types: /Lambda/,
    actions: /^kms:/,
    reason: 'The environment of the functions is encrypted with the key of Lambda.',
  },
  {
    types: /Lambda/,
    actions:
      /:(DeleteProvisioned|PutProvisioned|PutFunctionRecursion|PutFunctionScaling|PutRuntimeManagement|PassCapacityProvider|GetLayerVersion|GetObjectVersion)/,
    reason: 'Provisioned concurrency, layers and these configurations are not set.',
  },
  { types: /CodeDeploy/, actions: /:RegisterOnPremisesInstance$/, reason: 'The group deploys functions.' },
  {
    types: /LogGroup/,
    actions:
      /KmsKey$|:(Delete|Put)(DataProtection|Index)Policy$|:DeleteRetentionPolicy$|DeletionProtection$|BearerToken|^firehose:/,
    reason: 'Log groups have a retention, and none of these options.',
  },
  {
    types: /S3::/,
    actions: /^s3tables:|:Delete|^s3:(Create|Update)BucketMetadata/,
    reason: 'The bucket has no metadata tables and is kept.',
  },
  {
    types: /S3::Bucket$/,
    actions: /^s3:Put(?!BucketPublicAccessBlock|BucketTagging|EncryptionConfiguration)/,
    reason: 'The bucket has encryption, a block of public access and tags, and none of the other configurations.',
  },
];
