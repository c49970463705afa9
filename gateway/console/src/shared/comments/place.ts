/** Where comments are kept and shown. */

export const commentsKey = (resource: string, id: string) => ["comments", resource, id] as const;

/** What the address of a page ends with that is to show a comment. */
export const placeOf = (commentId: string) => `comment-${commentId}`;
export const isPlace = (hash: string) => hash.startsWith("comment-");
