/** How far the sending of a campaign has come. */

/** Counts as the API writes them: 64-bit numbers may come as text. */
export type Counts = Record<"members" | "sent" | "responded" | "skipped" | "failed" | "unsubscribed", number | string>;

/** Members that nothing has been done for yet. */
export const waitingOf = ({ members, sent, skipped, failed }: Counts): number =>
  Math.max(0, Number(members) - Number(sent) - Number(skipped) - Number(failed));

export function partsOf(counts: Counts) {
  return [
    { name: "sent", count: Number(counts.sent), colour: "teal" },
    { name: "skipped", count: Number(counts.skipped), colour: "gray" },
    { name: "failed", count: Number(counts.failed), colour: "red" },
    { name: "waiting", count: waitingOf(counts), colour: "blue" },
  ];
}
