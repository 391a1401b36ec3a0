const hashOfSchema = /`\$\{.*printSchema\)\(schema\)\)\}:`/;

/**
 * Apollo Server without a hash of the whole schema for each server, as `schema-hash` in
 * `deploy/replacements.ts` has it for the functions: a test file starts many servers with one
 * schema. A transform of Jest.
 */
export default {
  process: (/** @type {string} */ text, /** @type {string} */ path) => {
    if (!hashOfSchema.test(text)) throw new Error(`${path} has no hash of the schema to leave out.`);
    return { code: text.replace(hashOfSchema, "''") };
  },
};
