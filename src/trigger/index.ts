export { type Decision, decide } from './decide.ts';
export { createRecentAnswers, type Lately, type RecentAnswers } from './recent-answers.ts';
