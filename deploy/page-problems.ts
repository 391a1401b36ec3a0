import { isOrigin } from '../src/app/environment.ts';
import { problem } from './problems.ts';
import type { Problem, Rule, Settings } from './problems.ts';

/** What the settings of the page must be. */
export const pageRules = {
  pageClientId: {
    is: 'the ID of a client',
    test: (value) => /^[\x21-\x7e]{1,255}$/.test(value),
    fix: 'Give the ID of the public client that stands for the page at jwtIssuer; it has no secret.',
  },
  pageScope: {
    is: 'a scope',
    test: (value) => /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(value),
    fix: 'Separate scopes by one space: openid offline_access.',
  },
  pageAudience: {
    is: 'an audience',
    test: (value) => /^\S+$/.test(value),
    fix: 'Give the audience that the issuer expects in a request, such as pod-identity-gateway.',
  },
  pageResource: {
    is: 'a URI without a fragment',
    test: (value) => URL.canParse(value) && !value.includes('#'),
    fix: 'Give the URI that stands for the gateway at the issuer (RFC 8707), such as https://gateway.example.',
  },
  commandClientId: {
    is: 'the ID of a client',
    test: (value) => /^[\x21-\x7e]{1,255}$/.test(value),
    fix: 'Give the ID of the public client that stands for pod-identity at jwtIssuer; it has no secret.',
  },
  pageConnectOrigins: {
    is: 'the https origin of an endpoint',
    test: (value) => isOrigin(value) && value.startsWith('https:'),
    fix: 'Give scheme and host of the token endpoint, such as https://login.example; separate origins by commas without spaces.',
    list: true,
  },
} satisfies Record<string, Rule>;

/** Settings of a page that is not deployed. */
export function pageProblems({ pageClientId = '', ...settings }: Settings): Problem[] {
  if (pageClientId !== '') return commandProblems(settings);
  return (['pageScope', 'pageAudience', 'pageResource', 'commandClientId', 'pageConnectOrigins'] as const)
    .filter((name) => (settings[name] ?? '') !== '')
    .map((name) => problem(name, `${name} is set, but there is no page.`, 'Set pageClientId too, or leave it out.'));
}

/** The gateway publishes `commandClientId` for its URL, which tokens name as their audience. */
function commandProblems({ commandClientId = '', pageResource = '', jwtAudience = '' }: Settings): Problem[] {
  if (commandClientId === '') return [];
  if (!isOrigin(pageResource) || !pageResource.startsWith('https:')) {
    const what = 'commandClientId is set, and pageResource is not the URL of the gateway.';
    return [
      problem('pageResource', what, 'Give scheme and host, without a slash at the end: https://gateway.example.'),
    ];
  }
  if (jwtAudience.split(',').includes(pageResource)) return [];
  const what = `commandClientId is set, and jwtAudience lacks pageResource, ${pageResource}.`;
  return [problem('jwtAudience', what, 'Add it: the command accepts only tokens with this audience.')];
}
