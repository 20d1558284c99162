// Writes the golden prompts of roleplay anew: node scripts/write-roleplay-golden.ts, and then read them.
import { writeFileSync } from 'node:fs';
import { templatesOnOneThread } from '../test/unit/engine/chat-template-kit.ts';
import { goldenCases, goldenFolder, goldenPrompt, goldenTemplates } from '../test/unit/turn/roleplay-golden.ts';

const jinja = templatesOnOneThread();
for (const template of goldenTemplates)
  for (const which of goldenCases)
    writeFileSync(new URL(`${template}-${which}.txt`, goldenFolder), await goldenPrompt(template, which, jinja));
await jinja.thread.close();
