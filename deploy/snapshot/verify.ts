// Decides the cases of a folder of policies as a deployed function does: verify.cjs POLICIES_FOLDER
// CASES_FOLDER
import { verifyCases } from './verify-cases.ts';

const [policies = '', sources = ''] = process.argv.slice(2);
verifyCases(policies, sources);
