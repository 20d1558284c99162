/** One persona of a scene. */
export type SceneMember = {
  readonly personaId: string;
  /** A muted member speaks only when somebody asks for it. [false] */
  readonly isMuted?: boolean;
  /**
   * Id of the newest turn that was said before the member came; it does not know that one or what
   * stands before it. Absent for those who were there from the beginning, or were told all.
   */
  readonly joinedAfterId?: string;
};

/** Several personas in one conversation, and how they take turns. */
export type Scene = {
  /** In the order of `list`. */
  readonly members: readonly SceneMember[];
  /**
   * Who answers a message. `natural`: those who are named, those whose talkativeness has it so, or
   * one at random; `list`: all in order; `manual`: only who is asked for.
   */
  readonly speaking: 'natural' | 'list' | 'manual';
  /** Whose descriptions the prompt holds: the speaker's, those of all present, or also of the muted. */
  readonly cards: 'swap' | 'join' | 'join-all';
  /** Takes the place of the members' own scenarios. */
  readonly scenario?: string;
  /** Members go on by themselves after a pause, so many turns without a human at most. Off when absent. */
  readonly auto?: { readonly pauseMs: number; readonly turnsMax: number };
  /** Id of the persona that narrates: it speaks for nobody, and only when asked. */
  readonly narratorId?: string;
};
