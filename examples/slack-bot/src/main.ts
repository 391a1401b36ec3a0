import { startBot } from './bot.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const bot = await startBot(settings);
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void bot.stop().then(() => process.exit()));
console.log(`The bot listens on port ${settings.port}.`);
