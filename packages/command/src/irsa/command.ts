import { GeneralError, UsageError } from '../aws/errors.ts';
import type { Compound } from '../declaration/compound.ts';
import { printReport, readText, textOf, textsOf, withSession, writeText } from '../declaration/compound.ts';
import { checkOutput, fileId } from '../declaration/sources.ts';
import { declarationText } from '../declaration/write.ts';
import { askGateway } from './ask.ts';
import type { Answer, Question } from './ask.ts';
import { migrationGuide } from './guide.ts';
import { movable, planMigration } from './migration.ts';
import { readKubernetes } from './service-accounts.ts';
import type { IrsaAccount, KubernetesFile } from './service-accounts.ts';

/**
 * Plans the move of the service accounts in files. Where the URL of a gateway is given, asks it
 * for the owners of namespaces and for what policy says. Changes nothing.
 */
export async function runIrsa(compound: Compound): Promise<number> {
  const { values, globals, host } = compound;
  const paths = textsOf(values, 'file').join(',').split(',');
  const files = readFiles(paths, textOf(values, 'clusterName') ?? '');
  const path = textOf(values, 'outputFile');
  if (path !== null) checkOutput('--output-file', path, new Set(paths.map(fileId)));
  const accounts = files.flatMap((one) => one.accounts);
  const [name, accountId] = [textOf(values, 'name') ?? 'from-irsa', textOf(values, 'accountId')];
  const answer = await ask(compound, movable(accounts, accountId), {
    name,
    accountId,
    region: textOf(values, 'clusterRegion'),
  });
  const migration = planMigration(accounts, accountId, answer);
  const declaration = declarationText(name, migration.associations);
  const guide = migrationGuide(
    migration,
    files.every(({ hasPods }) => hasPods),
  );
  if (path !== null) writeText(path, declaration);
  if (path !== null || globals.output !== undefined) {
    await printReport(compound, [guide], () => ({ ...migration, declaration }));
  } else {
    host.write(declaration);
    host.writeError(guide);
  }
  return 0;
}

/** What the gateway says; null without its URL. */
async function ask(
  compound: Compound,
  accounts: readonly IrsaAccount[],
  question: Omit<Question, 'ownerTag'>,
): Promise<Answer | null> {
  if (compound.connection.endpointUrl === null) return null;
  const ownerTag = textOf(compound.values, 'ownerTag') ?? 'team';
  return withSession(compound, ({ client, signal }) =>
    askGateway(client, accounts, { ...question, ownerTag }, { signal }),
  );
}

function readFiles(paths: readonly string[], clusterNames: string): readonly KubernetesFile[] {
  const names = clusterNames.split(',');
  if (paths.length !== names.length) throw new UsageError('Give as many --cluster-name as files, separated by commas.');
  return paths.map((path, index) => {
    try {
      return readKubernetes(readText(path), names[index] ?? '');
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError)
        throw new GeneralError(`${path}: ${error.message}`);
      throw error;
    }
  });
}
