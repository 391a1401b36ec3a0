/**
 * What every answer of the page's routes carries. The policy admits the scripts and styles of the
 * page's own files only: no inline script or style, no `eval`, no markup from texts (Trusted Types
 * without a policy), no frame around the page. `connectOrigins` are those that signing in calls,
 * e.g. `https://login.example`.
 */
export function securityHeaders(connectOrigins: readonly string[]): ReadonlyMap<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'none'",
    `connect-src ${["'self'", ...connectOrigins].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return new Map([
    ['content-security-policy', policy.join('; ')],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()'],
    ['referrer-policy', 'no-referrer'],
    // Browsers ignore it over http, so it has no effect on a local machine.
    ['strict-transport-security', 'max-age=63072000'],
    ['x-content-type-options', 'nosniff'],
  ]);
}
