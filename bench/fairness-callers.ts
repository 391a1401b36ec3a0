import { setTimeout as sleep } from 'node:timers/promises';

/** Pause of a polite caller between an answer and its next request. Milliseconds. */
const politePauseMs = 200;

const politeDocument = `{ auditTrail(scope: {cluster: {clusterName: "apps-dev", namespace: "payments"}}) { nodes { id event } } }`;

const greedyDocument = `mutation {
  createPodIdentityAssociation(input: {clusterName: "apps-dev", namespace: "payments", serviceAccount: "api",
    roleArn: "arn:aws:iam::111122223333:role/pods/payments/payments-api"}) { status }
}`;

async function post(url: string, token: string, query: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  await response.text();
  return response.status;
}

/**
 * Reads a page of the trail again and again, with pauses, until a time. Returns how long it waited
 * for each answer, in milliseconds.
 */
export async function politeCaller(url: string, token: string, until: number): Promise<number[]> {
  const waits: number[] = [];
  while (Date.now() < until) {
    const startedAt = performance.now();
    const status = await post(url, token, politeDocument);
    if (status !== 200) throw new Error(`A polite caller got the HTTP status ${status}.`);
    waits.push(performance.now() - startedAt);
    await sleep(politePauseMs);
  }
  return waits;
}

/**
 * Sends denied creates without a pause until a time. Returns how many were answered and how many
 * were refused at the limit.
 */
export async function greedyCaller(url: string, token: string, until: number) {
  const counts = { answered: 0, refused: 0 };
  while (Date.now() < until) {
    const status = await post(url, token, greedyDocument);
    if (status === 429) counts.refused += 1;
    else counts.answered += 1;
  }
  return counts;
}
