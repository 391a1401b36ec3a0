import type { IncomingHttpHeaders } from 'node:http';
import type { Protocol } from './http.ts';
import { scopeOf } from './signature.ts';
import type { Service } from './signature.ts';

// The query protocol of AWS, as IAM and STS speak it: forms in, XML out.

/**
 * The service of a request. EKS has no operation with the path of IAM and STS, which the scope of
 * the signature tells apart.
 */
export function serviceOf(request: {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}): Service {
  if (request.method !== 'POST' || request.url !== '/') return 'eks';
  return scopeOf(request.headers)?.service === 'sts' ? 'sts' : 'iam';
}

const namespaces = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

/**
 * Codes of the query protocol for exceptions that EKS names otherwise ("Common errors" of both API
 * references).
 */
const queryCodes: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  ExpiredTokenException: 'ExpiredToken',
  ServerException: 'InternalFailure',
  ThrottlingException: 'Throttling',
  UnrecognizedClientException: 'InvalidClientTokenId',
};

/** Replies in XML. The body of an answer has one field for each element. */
export function xmlProtocol(service: keyof typeof namespaces): Protocol {
  const namespace = namespaces[service];
  return {
    contentType: 'text/xml',
    bodyOf: (reply, requestId) => {
      if (reply.kind === 'answer') return elementsOf(reply.body, namespace);
      const { status, exception, message: Message } = reply;
      const [Type, Code] = [status < 500 ? 'Sender' : 'Receiver', queryCodes[exception] ?? exception];
      return elementsOf({ ErrorResponse: { Error: { Type, Code, Message }, RequestId: requestId } }, namespace);
    },
  };
}

function elementsOf(fields: object, xmlns?: string): string {
  const attribute = xmlns === undefined ? '' : ` xmlns="${xmlns}"`;
  return Object.entries(fields)
    .map(([name, value]) => `<${name}${attribute}>${contentOf(value)}</${name}>`)
    .join('');
}

function contentOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => elementsOf({ member: item as unknown })).join('');
  return typeof value === 'object' && value !== null ? elementsOf(value) : escaped(String(value));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
