import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, HTTPReceiver, webApi } from '@slack/bolt';
import { makeApproverNews } from './approvers.ts';
import { registerBind } from './bind.ts';
import { registerCommand } from './command.ts';
import { makeEventReceiver } from './events.ts';
import { failureLines } from './failures.ts';
import { IssuerError, makeAccountLinks } from './link.ts';
import type { AccountLinks } from './link.ts';
import { makeRequests } from './requests.ts';
import type { Settings } from './settings.ts';
import { openStore } from './store.ts';
import { registerVotes } from './votes.ts';

/** Starts the bot. Resolves once it listens; `stop` answers the requests in progress. */
export async function startBot(settings: Settings): Promise<{ readonly stop: () => Promise<unknown> }> {
  const store = openStore(settings.stateFile);
  const links = makeAccountLinks(settings, store);
  const { apiUrl } = settings.slack;
  // By default, a call is repeated for half an hour, and later edits of its message wait.
  const clientOptions = { retryConfig: { retries: 5 }, ...(apiUrl !== undefined && { slackApiUrl: apiUrl }) };
  const slack = new webApi.WebClient(settings.slack.botToken, clientOptions);
  const deps = { settings, store, links, slack };
  const requests = makeRequests(deps);
  const approvers = makeApproverNews(deps, failureLines);
  const receiveEvent = makeEventReceiver(deps, requests, approvers);
  const receiver = new HTTPReceiver({
    signingSecret: settings.slack.signingSecret,
    endpoints: '/slack/events',
    customRoutes: [
      {
        path: '/pod-identity/events',
        method: 'POST',
        handler: (request, response) => void receiveEvent(request, response),
      },
      {
        path: '/link/callback',
        method: 'GET',
        handler: (request, response) => void finishSignIn(links, request, response),
      },
      { path: '/health', method: 'GET', handler: (_request, response) => void response.writeHead(200).end('ok') },
    ],
  });
  const app = new App({ token: settings.slack.botToken, receiver, clientOptions });
  const parts = { links, requests, store };
  registerCommand(app, parts);
  registerBind(app, parts);
  registerVotes(app, parts);
  // Buttons with a URL are pressed without anything to do here.
  app.action(/^(sign_in|open_page)$/, async ({ ack }) => ack());
  app.error((error) => Promise.resolve(void failureLines(error)));
  await app.start(settings.port);
  void requests.resumeOpen().catch(failureLines);
  const reminders = setInterval(() => void approvers.remind(Date.now()).catch(failureLines), 60_000);
  const stop = () => {
    clearInterval(reminders);
    return app.stop();
  };
  return { stop };
}

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

/** The page after the sign-in: shows the code to send in Slack. */
async function finishSignIn(links: AccountLinks, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const page = (status: number, text: string) =>
    void response
      .writeHead(status, headers)
      .end(`<!doctype html><html lang="en"><title>Pod identity</title><main>${text}</main></html>`);
  try {
    const { code, name, user } = await links.finish(new URL(request.url ?? '', 'http://bot').searchParams);
    page(
      200,
      `<h1>One more step</h1><p>You signed in as <b>${escaped(name)}</b>. In Slack, send:</p><p><code>/pod-identity link ${code}</code></p>
<p>The Slack user ${escaped(user)} asked for this. If that was not you, close this page: without the code, nothing is linked. Never tell anyone the code.</p>`,
    );
  } catch (error) {
    if (!(error instanceof IssuerError)) failureLines(error);
    page(400, `<h1>Not linked</h1><p>${error instanceof IssuerError ? escaped(error.message) : 'The bot failed.'}</p>`);
  }
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
