import { asText } from './shape.ts';
import type { TextForm } from './shape.ts';

/** Identifies a cluster. */
export interface ClusterRef {
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
  readonly clusterName: string;
}

const accountForm: TextForm = { pattern: /^\d{12}$/, means: 'an AWS account id of 12 digits' };
const regionForm: TextForm = { pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, means: 'an AWS region such as eu-central-1' };
const clusterForm: TextForm = { pattern: /^[0-9A-Za-z][\w-]{0,99}$/, means: 'the name of an EKS cluster' };

/** An IAM role's ARN; the first group is its account. */
export const roleArnPattern = /^arn:aws:iam::(\d{12}):role\/(?:[!-.0-~]+\/)*[\w+=,.@-]{1,64}$/;
const roleArnForm: TextForm = {
  pattern: roleArnPattern,
  means: 'the ARN of an IAM role such as arn:aws:iam::111122223333:role/pods/payments/payments-api',
};

/** Checks that `value` is the ARN of an IAM role. */
export function asRoleArn(value: unknown, where: string): string {
  return asText(value, where, roleArnForm);
}

const policyArnForm: TextForm = {
  pattern: /^arn:aws:iam::(?:\d{12}|aws):policy\/(?:[!-.0-~]+\/)*[\w+=,.@-]{1,128}$/,
  means: 'the ARN of an IAM policy such as arn:aws:iam::111122223333:policy/pods-boundary',
};

/** Checks that `value` is the ARN of a managed policy of IAM. */
export function asPolicyArn(value: unknown, where: string): string {
  return asText(value, where, policyArnForm);
}

/** Checks that `value` is an AWS account id. */
export function asAccount(value: unknown, where: string): string {
  return asText(value, where, accountForm);
}

/** Checks that `value` is an AWS region. */
export function asRegion(value: unknown, where: string): string {
  return asText(value, where, regionForm);
}

/** Checks that `value` is the name of an EKS cluster. */
export function asClusterName(value: unknown, where: string): string {
  return asText(value, where, clusterForm);
}

/** Unique key of a cluster. */
export function clusterKey({ accountId, region, clusterName }: ClusterRef): string {
  return `${accountId}/${region}/${clusterName}`;
}

/** ARN of a cluster. */
export function clusterArn({ accountId, region, clusterName }: ClusterRef): string {
  return `arn:aws:eks:${region}:${accountId}:cluster/${clusterName}`;
}
