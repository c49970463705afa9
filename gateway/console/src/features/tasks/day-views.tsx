/** The days of a calendar: in a month, in a week, or one by itself. */
import { useDroppable } from "@dnd-kit/core";
import { ActionIcon, Group, Paper, Text, Title, UnstyledButton } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { MouseEvent, ReactNode } from "react";
import type { Row } from "@/shared/api/records";
import { useText } from "@/shared/i18n";
import { useDayNames } from "./day-names";
import { type Handling, TaskItem } from "./task-item";

type Shown = { byDay: ReadonlyMap<string, Row[]>; handling: Handling };
type Names = ReturnType<typeof useDayNames>;

/** As many tasks as have room in a day of a month. */
const ROOM = 3;

type MonthProps = Shown & { days: readonly string[]; day: string; narrow: boolean };

/** On a narrow page a day shows only that there is something; the day that is chosen stands below. */
export function Month({ days, day, narrow, byDay, handling }: MonthProps) {
  const names = useDayNames();
  return (
    <div className="calendar-grid" data-narrow={narrow || undefined}>
      {days.slice(0, 7).map((one) => (
        <Text key={one} size="xs" c="dimmed" className="calendar-weekday" aria-hidden>
          {names.weekday(one)}
        </Text>
      ))}
      {days.map((one) => {
        const outside = one.slice(0, 7) !== day.slice(0, 7);
        const tasks = byDay.get(one) ?? [];
        return narrow ? (
          <Dotted
            key={one}
            day={one}
            chosen={one === day}
            outside={outside}
            tasks={tasks}
            handling={handling}
            names={names}
          />
        ) : (
          <Cell key={one} day={one} outside={outside} handling={handling} names={names}>
            <Tasks day={one} tasks={tasks} handling={handling} room={ROOM} />
          </Cell>
        );
      })}
    </div>
  );
}

export function Week({ days, byDay, handling }: Shown & { days: readonly string[] }) {
  const names = useDayNames();
  return (
    <div className="calendar-grid" data-week>
      {days.map((one) => (
        <Cell key={one} day={one} handling={handling} names={names} weekday>
          <Tasks day={one} tasks={byDay.get(one) ?? []} handling={handling} />
        </Cell>
      ))}
    </div>
  );
}

/** One day with all its tasks, each in a line of its own. */
export function Agenda({ day, byDay, handling }: Shown & { day: string }) {
  const { text } = useText("tasks");
  const names = useDayNames();
  const { setNodeRef, isOver } = useDroppable({ id: day });
  const tasks = byDay.get(day) ?? [];
  return (
    <Paper
      ref={setNodeRef}
      withBorder
      p="sm"
      component="section"
      className="calendar-agenda"
      aria-label={names.full(day)}
      data-day={day}
      data-over={isOver || undefined}
      data-today={day === handling.today || undefined}
    >
      <Group justify="space-between" wrap="nowrap">
        <Title order={3} size="h6">
          {names.full(day)}
        </Title>
        <Create day={day} handling={handling} names={names} size="lg" />
      </Group>
      {tasks.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("tasks.nothing")}
        </Text>
      )}
      <ul className="task-list">
        {tasks.map((task) => (
          <TaskItem key={task.id} task={task} handling={handling} where={day} wide />
        ))}
      </ul>
    </Paper>
  );
}

type CellProps = {
  day: string;
  handling: Handling;
  names: Names;
  outside?: boolean;
  weekday?: boolean;
  children: ReactNode;
};

/** A day that tasks are dropped on, and created on by a click where there is nothing. */
function Cell({ day, handling, names, outside, weekday, children }: CellProps) {
  const { setNodeRef, isOver } = useDroppable({ id: day });
  const create = ({ target, currentTarget }: MouseEvent<HTMLElement>) => {
    if (target === currentTarget) handling.create?.(day);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: its button does the same for the keyboard
    <section
      ref={setNodeRef}
      className="calendar-day"
      aria-label={names.full(day)}
      data-day={day}
      data-outside={outside || undefined}
      data-today={day === handling.today || undefined}
      data-over={isOver || undefined}
      onClick={create}
    >
      <Group gap={2} justify="space-between" wrap="nowrap" className="calendar-day-head">
        <UnstyledButton className="calendar-number" onClick={() => handling.show(day)} aria-label={names.full(day)}>
          {weekday ? `${names.weekday(day)} ${Number(day.slice(8))}` : Number(day.slice(8))}
        </UnstyledButton>
        <Create day={day} handling={handling} names={names} size="xs" />
      </Group>
      {children}
    </section>
  );
}

function Create({ day, handling, names, size }: { day: string; handling: Handling; names: Names; size: string }) {
  const { text } = useText("tasks");
  const { create } = handling;
  if (!create) return null;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={size}
      className="calendar-create"
      aria-label={text("tasks.new_on", { day: names.full(day) })}
      onClick={() => create(day)}
    >
      <IconPlus size={14} />
    </ActionIcon>
  );
}

function Tasks({
  day,
  tasks,
  handling,
  room,
}: {
  day: string;
  tasks: readonly Row[];
  handling: Handling;
  room?: number;
}) {
  const { text } = useText("tasks");
  // The last line says how many more there are, so it stands for two at least.
  const shown = room !== undefined && tasks.length > room ? tasks.slice(0, room - 1) : tasks;
  return (
    <>
      <ul className="task-list">
        {shown.map((task) => (
          <TaskItem key={task.id} task={task} handling={handling} where={day} />
        ))}
      </ul>
      {shown.length < tasks.length && (
        <UnstyledButton className="calendar-more" onClick={() => handling.show(day)}>
          {text("tasks.more", { count: tasks.length - shown.length })}
        </UnstyledButton>
      )}
    </>
  );
}

type DottedProps = {
  day: string;
  chosen: boolean;
  outside: boolean;
  tasks: readonly Row[];
  handling: Handling;
  names: Names;
};

function Dotted({ day, chosen, outside, tasks, handling, names }: DottedProps) {
  const { text } = useText("tasks");
  const { setNodeRef, isOver } = useDroppable({ id: day });
  const open = tasks.filter(({ status }) => status === "OPEN");
  return (
    <UnstyledButton
      ref={setNodeRef}
      className="calendar-dotted"
      aria-label={`${names.full(day)}: ${text("tasks.open", { count: open.length })}`}
      aria-pressed={chosen}
      data-day={day}
      data-outside={outside || undefined}
      data-today={day === handling.today || undefined}
      data-over={isOver || undefined}
      onClick={() => handling.show(day)}
    >
      <span className="calendar-number">{Number(day.slice(8))}</span>
      <span className="calendar-dots" aria-hidden>
        {tasks.slice(0, ROOM).map((task) => (
          <span
            key={task.id}
            data-done={task.status !== "OPEN" || undefined}
            data-overdue={(task.status === "OPEN" && day < handling.today) || undefined}
          />
        ))}
      </span>
    </UnstyledButton>
  );
}
