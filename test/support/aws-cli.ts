import { findAwsCli } from './find-aws-cli.ts';

/** The AWS CLI of version 2 that tests run; null where there is none. */
export const awsCli = findAwsCli();

/** What a test that needs the AWS CLI says where it is skipped; null where it runs. */
export const missingAwsCli =
  awsCli === null ? 'there is no AWS CLI of version 2 (Debian: apt-get install awscli)' : null;
