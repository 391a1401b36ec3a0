import { describeUnless } from '../../../test/support/requires.ts';
import { isResponseUrl, respond, responseText } from '../src/respond.ts';
import type { CloudFormationResponse } from '../src/respond.ts';
import { bucketHost, missingOpenSsl, openResponseBucket } from './response-bucket.ts';
import type { Reply, ResponseBucket } from './response-bucket.ts';

const response: CloudFormationResponse = {
  Status: 'FAILED',
  Reason: 'Denied.',
  PhysicalResourceId: '111122223333/eu-central-1/apps-dev/payments/api',
  StackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/payments/0be779b0-16d1-11ef-a3b1-0634a5b1d8ed',
  RequestId: 'cf15d8aa-0000-0000-0000-000000000000',
  LogicalResourceId: 'Api',
};
const bucket = 'cloudformation-custom-resource-response';

test.each([
  ['us-east-1, without its region', `https://${bucket}-useast1.s3.amazonaws.com/arn%3Aaws?X-Amz-Signature=abc`],
  ['us-east-1', `https://${bucket}-useast1.s3.us-east-1.amazonaws.com/x`],
  ['a region with a dash after s3', `https://${bucket}-euwest1.s3-eu-west-1.amazonaws.com/x`],
  ['a region with a dot after s3', `https://${bucket}-apnortheast1.s3.ap-northeast-1.amazonaws.com/x`],
  ['GovCloud', `https://${bucket}-usgovwest1.s3.us-gov-west-1.amazonaws.com/x`],
  ['China', `https://${bucket}-cnnorth1.s3.cn-north-1.amazonaws.com.cn/x`],
  ['a host in capitals, which is the same', `https://${bucket}-EUWEST1.S3.eu-west-1.amazonaws.com/x`],
  ['the usual port, written out', `https://${bucket}-euwest1.s3.eu-west-1.amazonaws.com:443/x`],
])('answers CloudFormation in %s', (_, url) => {
  expect(isResponseUrl(url)).toBe(true);
});

const euWest = `${bucket}-euwest1.s3.eu-west-1.amazonaws.com`;

test.each([
  ['http', `http://${euWest}/x`],
  ['another scheme', `ftp://${euWest}/x`],
  ['a file', `file://${euWest}/x`],
  ['no URL', 'pre-signed S3 URL'],
  ['an empty text', ''],
  ['another port', `https://${euWest}:8443/x`],
  ['a user', `https://user@${euWest}/x`],
  ['a password', `https://:secret@${euWest}/x`],
  ['the host as the user of another', `https://${euWest}@evil.example/x`],
  ['the host as the user, with a backslash', `https://evil.example\\@${euWest}/x`],
  ['another host', 'https://evil.example/x'],
  ['the host in the path', `https://evil.example/${euWest}`],
  ['the host in the query', `https://evil.example/?${euWest}`],
  ['the host in the fragment', `https://evil.example/#${euWest}`],
  ['a longer host', `https://${euWest}.evil.example/x`],
  ['a host before it', `https://evil.${euWest}/x`],
  ['a name before it', `https://evil-${euWest}/x`],
  ['a host with a final dot', `https://${euWest}./x`],
  ['a host with two lines', `https://${euWest}\n.evil.example/x`],
  ['dots of another script', `https://${euWest.replaceAll('.', '\u3002')}.evil.example/x`],
  ['another bucket', 'https://my-bucket.s3.eu-west-1.amazonaws.com/x'],
  ['a bucket with a longer name', `https://${bucket}-euwest1-evil.s3.eu-west-1.amazonaws.com/x`],
  ['a bucket in a path', `https://s3.eu-west-1.amazonaws.com/${bucket}-euwest1/x`],
  ['the bucket of one region at the endpoint of another', `https://${bucket}-euwest1.s3.us-east-1.amazonaws.com/x`],
  ['a bucket of no region', `https://${bucket}-evil.s3.amazonaws.com/x`],
  ['the bucket of a region at the endpoint without one', `https://${bucket}-euwest1.s3.amazonaws.com/x`],
  ['a region that does not exist, at the endpoint without one', `https://${bucket}-useast9.s3.amazonaws.com/x`],
  ['a region of China at the domain of others', `https://${bucket}-cnnorth1.s3.cn-north-1.amazonaws.com/x`],
  ['a region of others at the domain of China', `https://${bucket}-euwest1.s3.eu-west-1.amazonaws.com.cn/x`],
  ['a website endpoint', `https://${bucket}-euwest1.s3-website-eu-west-1.amazonaws.com/x`],
  ['an access point', `https://${bucket}-euwest1.s3-accesspoint.eu-west-1.amazonaws.com/x`],
  ['another service', `https://${bucket}-euwest1.execute-api.eu-west-1.amazonaws.com/x`],
  ['the metadata of an instance', 'https://169.254.169.254/latest/meta-data'],
  ['the machine itself', 'https://127.0.0.1/x'],
])('does not answer at %s', async (_, url) => {
  expect(isResponseUrl(url)).toBe(false);
  await expect(respond(url, response, { remainingMs: () => 60_000 })).rejects.toThrow(
    'ResponseURL is not one of CloudFormation.',
  );
});

describe('a response', () => {
  test('has everything if that fits in 4096 bytes', () => {
    expect(JSON.parse(responseText(response))).toEqual(response);
    const { Reason: _, ...success } = { ...response, Status: 'SUCCESS' } as const;
    expect(JSON.parse(responseText(success))).toEqual(success);
  });

  test.each(['x', 'ä', '😀', '"', '\u0001'])('has the beginning of a reason that is too long: %j', (character) => {
    const text = responseText({ ...response, Reason: `Denied. ${character.repeat(5_000)}` });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
    expect(Buffer.byteLength(text)).toBeGreaterThan(3_500);
    const { Reason } = JSON.parse(text) as { readonly Reason: string };
    expect(Reason).toMatch(/^Denied\. .+…$/);
    expect(Reason.isWellFormed()).toBe(true);
  });

  test('is not made of ids that leave no room', () => {
    expect(() => responseText({ ...response, StackId: 'x'.repeat(5_000) })).toThrow('ids');
  });
});

describeUnless(missingOpenSsl)('the bucket of CloudFormation', () => {
  let opened: ResponseBucket;
  beforeAll(async () => (opened = await openResponseBucket()));
  beforeEach(() => opened.received.splice(0));
  const send = (remainingMs = 60_000, url = opened.url) =>
    respond(url, response, { agent: opened.agent, remainingMs: () => remainingMs });

  test('gets the response by one PUT with an empty content type', async () => {
    await send();
    expect(opened.responses()).toEqual([response]);
    expect(opened.received[0]).toMatchObject({ method: 'PUT', path: '/stack?X-Amz-Signature=abc' });
    expect(opened.received[0]?.headers).toMatchObject({
      host: bucketHost,
      'content-type': '',
      'content-length': '299',
    });
  });

  test.each<Reply>([500, 503, 429, 'lost'])('gets the response again after %s', async (reply) => {
    opened.replies.push(reply);
    await send();
    expect(opened.responses()).toEqual([response, response]);
  });

  test.each([301, 302, 307, 308, 400, 403, 404])(
    'is not asked again after %s, and no redirect is followed',
    async (status) => {
      opened.replies.push(status);
      await expect(send()).rejects.toThrow(`CloudFormation did not take the response: ${status}`);
      expect(opened.received).toHaveLength(1);
    },
  );

  test('gets the response no more when the time is over', async () => {
    opened.replies.push(503);
    await expect(send(1_000)).rejects.toThrow('CloudFormation did not take the response: 503');
    expect(opened.received).toHaveLength(1);
    opened.replies.push('silent');
    await expect(send(100)).rejects.toThrow('aborted');
  });

  test('gets nothing if its certificate is not for the host', async () => {
    const url = opened.url.replaceAll('eucentral1', 'euwest1').replace('eu-central-1', 'eu-west-1');
    await expect(send(1_000, url)).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(opened.received).toEqual([]);
  });
});
