export { createRecall, type Recall, type RecalledTurn, type RecallQuestion } from './recall.ts';
