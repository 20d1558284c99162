// Writes test/golden/tokens anew: node test/model/write-token-golden.ts --write
// Only for a change that is meant. The difference has to be read line by line before it is kept.
import { writeFileSync } from 'node:fs';
import { randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';
import { templates } from '../unit/prompt/templates.ts';
import { listing, tokenCases, tokenFile } from './token-golden.ts';

if (!process.argv.includes('--write')) {
  process.stderr.write('Nothing was written. With --write the files in test/golden/tokens are made anew; read what changed.\n');
  process.exit(1);
}
const folder = temporaryFolder();
const engine = testEngine(randomModel(folder.path), { slots: 1 });
try {
  const cases = await tokenCases(engine);
  for (const id of templates.keys()) writeFileSync(tokenFile(id), listing(cases.filter((one) => one.templateId === id)));
} finally {
  await engine.close();
  folder.remove();
}
