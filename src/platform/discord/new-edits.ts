/**
 * Tells whether a message was edited since it was last told; Discord tells of other changes in the same way.
 *
 * @param editsMax messages of which the last edit is held
 */
export const createNewEdits = (editsMax: number): ((id: string, edit: string | undefined) => boolean) => {
  const edits = new Map<string, string>();
  return (id, edit) => {
    if (edit === undefined || edits.get(id) === edit) return false;
    edits.set(id, edit);
    const [oldest] = edits.keys();
    if (edits.size > editsMax && oldest !== undefined) edits.delete(oldest);
    return true;
  };
};
