import { AsyncLocalStorage } from 'node:async_hooks';
import { EKSClient } from '@aws-sdk/client-eks';
import type { ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-eks';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, DeserializeMiddleware, RequestSigner } from '@smithy/types';
import { clockCheckPlugin } from '../runtime/clock-check.ts';
import type { ClockCheck } from '../runtime/clock-check.ts';
import { Sha256 } from '../runtime/sha256.ts';
import { ClockWrong } from './errors.ts';
import { sdkSettings } from './sdk-settings.ts';
import type { SdkSettings } from './sdk-settings.ts';
import { meterOf } from './metered.ts';

/** How changes reach EKS. */
export interface ChangeClientSettings extends SdkSettings {
  /**
   * Judges the clock by the answers of EKS; while it is wrong, no change is sent. Default: it is
   * taken as right.
   */
  readonly clockCheck?: ClockCheck | undefined;
}

/** With what a change is signed. */
interface Signing {
  readonly credentials: AwsCredentialIdentity;
  readonly date: Date;
}

/**
 * The signing of the change that is being sent. The SDK offers no way to hand it to the signer of a
 * shared client.
 */
const signing = new AsyncLocalStorage<Signing>();

/** Sends a change over the client of {@link changeClient}, signed as given. */
export function signedWith<Result>(given: Signing, send: () => Promise<Result>): Promise<Result> {
  return signing.run(given, send);
}

/**
 * Throws an Error for a request that is not sent by {@link signedWith}: it would be signed with
 * another date.
 */
function currentSigning(): Signing {
  const current = signing.getStore();
  if (current === undefined) throw new Error('A change is not signed with the date of its operation.');
  return current;
}

/**
 * A client that signs with the date in {@link signing}, whatever the time is, and sends each
 * request once. EKS rejects a signature that is older than five minutes, so a create that a frozen
 * process sends later has no effect. Clock-skew correction would defeat this. Connections are
 * shared with the reader.
 */
export function changeClient(settings: ChangeClientSettings, requestHandler: NodeHttpHandler): EKSClient {
  const inner = new SignatureV4({
    credentials: () => Promise.resolve(currentSigning().credentials),
    region: settings.region,
    service: 'eks',
    sha256: Sha256,
  });
  const signer: RequestSigner = {
    sign: (request, options) => inner.sign(request, { ...options, signingDate: currentSigning().date }),
  };
  const changer = new EKSClient({
    ...sdkSettings(settings),
    // The signer does not use them, but the SDK asks for some: for others, it might assume a role.
    credentials: () => Promise.resolve(currentSigning().credentials),
    requestHandler,
    maxAttempts: 1,
    disableClockSkewCorrection: () => Promise.resolve(true),
    signer: () => Promise.resolve(signer),
  });
  if (settings.clockCheck) changer.middlewareStack.add(refuse(settings.clockCheck), refusing);
  changer.middlewareStack.use(meterOf('eks'));
  if (settings.clockCheck) changer.middlewareStack.use(clockCheckPlugin(settings.clockCheck));
  return changer;
}

/**
 * After the SDK has signed: answers to other calls can show meanwhile that the clock is wrong.
 * Before the meter: nothing is sent.
 */
const refusing = { step: 'deserialize', priority: 'high', name: 'refuseChanges' } as const;

/** Throws `ClockWrong` in place of sending while the clock is wrong. */
function refuse(check: ClockCheck): DeserializeMiddleware<ServiceInputTypes, ServiceOutputTypes> {
  return (next) => (args) => {
    if (check.isWrong()) throw new ClockWrong();
    return next(args);
  };
}
