import { GeneralError, UsageError } from '../aws/errors.ts';
import type { Compound } from '../declaration/compound.ts';
import { printReport, readText, textOf, textsOf, writeText } from '../declaration/compound.ts';
import { declarationText } from '../declaration/write.ts';
import { migrationGuide } from './guide.ts';
import { planMigration } from './migration.ts';
import { readKubernetes } from './service-accounts.ts';
import type { KubernetesFile } from './service-accounts.ts';

/** Plans the move of the service accounts in files. Sends nothing. */
export async function runIrsa(compound: Compound): Promise<number> {
  const { values, globals, host } = compound;
  const files = readFiles(textsOf(values, 'file').join(','), textOf(values, 'clusterName') ?? '');
  const migration = planMigration(
    files.flatMap(({ accounts }) => accounts),
    textOf(values, 'accountId'),
  );
  const declaration = declarationText(textOf(values, 'name') ?? 'from-irsa', migration.associations);
  const guide = migrationGuide(
    migration,
    files.every(({ hasPods }) => hasPods),
  );
  const path = textOf(values, 'outputFile');
  if (path !== null) writeText(path, declaration);
  if (path !== null || globals.output !== undefined) {
    await printReport(compound, [guide], () => ({ ...migration, declaration }));
  } else {
    host.write(declaration);
    host.writeError(guide);
  }
  return 0;
}

function readFiles(paths: string, clusterNames: string): readonly KubernetesFile[] {
  const [files, names] = [paths.split(','), clusterNames.split(',')];
  if (files.length !== names.length) throw new UsageError('Give as many --cluster-name as files, separated by commas.');
  return files.map((path, index) => {
    try {
      return readKubernetes(readText(path), names[index] ?? '');
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError)
        throw new GeneralError(`${path}: ${error.message}`);
      throw error;
    }
  });
}
