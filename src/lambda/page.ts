import { makePageHandler } from '../app/page-handler.ts';
import { readPageSettings } from '../app/page-settings.ts';
import { readPageFiles } from '../page/files.ts';
import { makePage } from '../page/page.ts';

const { folder, ...contents } = readPageSettings();

/** Serves the page: without the AWS SDK, and without rights but those to its log. */
export const handler = makePageHandler(makePage({ files: readPageFiles(folder), ...contents }));
