/** Account and region of all scenarios. */
export const home = { accountId: '111122223333', region: 'eu-central-1' };
