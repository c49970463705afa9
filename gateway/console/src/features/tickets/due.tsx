/** A deadline as people read it: how long is left or for how long it has been over, in colour, sign and words. */
import { Badge, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconClock, IconPlayerPause } from "@tabler/icons-react";
import { useServerNow } from "@/shared/api/clock";
import { useText } from "@/shared/i18n";
import { type Clock, partsOf, type Standing, worstOf } from "./deadlines";
import "./tickets.css";

/** Below these parts of the promised time a deadline is pressing, or soon will be. */
const PRESSING = 0.1;
const SOON = 0.3;

const ICONS = { running: IconClock, breached: IconAlertTriangle, paused: IconPlayerPause };

function levelOf(standing: Standing): string {
  if (standing.state !== "running") return standing.state;
  if (standing.left <= PRESSING) return "pressing";
  return standing.left <= SOON ? "soon" : "ample";
}

export function Due({ clocks }: { clocks: readonly Clock[] }) {
  const { text, number, time } = useText("tickets");
  const now = useServerNow();
  const standing = worstOf(clocks, now);
  if (!standing) return null;
  const Icon = ICONS[standing.state];
  const duration = (milliseconds: number) =>
    partsOf(milliseconds)
      .map(({ unit, count }) => number(count, { style: "unit", unit, unitDisplay: "narrow" }))
      .join(" ");
  const told =
    standing.state === "paused"
      ? text("tickets.paused")
      : standing.state === "breached"
        ? text("tickets.breached_since", { time: duration(now - standing.due) })
        : text("tickets.due_in", { time: duration(standing.due - now) });
  return (
    <Tooltip
      label={standing.state === "paused" ? text("tickets.paused_help") : time(new Date(standing.due).toISOString())}
    >
      <Badge
        variant="default"
        className="due"
        data-level={levelOf(standing)}
        tt="none"
        leftSection={<Icon size={13} />}
      >
        {told}
      </Badge>
    </Tooltip>
  );
}
