/** What to do about a login that is over. */
export const signInAgain = 'Sign in again: pod-identity login';
