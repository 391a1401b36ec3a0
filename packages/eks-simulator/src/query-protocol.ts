import type { Protocol } from './http.ts';

// The query protocol of AWS, as IAM speaks it: forms in, XML out.

/** Whether a request is one to IAM. EKS has no operation with this path. */
export function isIam({ method, url }: { readonly method: string; readonly url: string }): boolean {
  return method === 'POST' && url === '/';
}

const namespace = 'https://iam.amazonaws.com/doc/2010-05-08/';

/** Replies in XML. The body of an answer has one field for each element. */
export const xmlProtocol: Protocol = {
  contentType: 'text/xml',
  bodyOf: (reply, requestId) => {
    if (reply.kind === 'answer') return elementsOf(reply.body, namespace);
    const { status, exception: Code, message: Message } = reply;
    const Type = status < 500 ? 'Sender' : 'Receiver';
    return elementsOf({ ErrorResponse: { Error: { Type, Code, Message }, RequestId: requestId } }, namespace);
  },
};

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
