/** A task in the calendar: done with one tap, taken to another day by dragging, by keys or by its menu. */
import { useDraggable } from "@dnd-kit/core";
import { ActionIcon, Button, Checkbox, Group, Menu, Modal, Text, TextInput } from "@mantine/core";
import { IconDots, IconFlag3, IconGripVertical } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Row } from "@/shared/api/records";
import { useText } from "@/shared/i18n";
import { useComplete } from "./complete";
import { isDay, mondayOf, plusDays } from "./days";
import type { Dragged } from "./dragging";
import { dueDay } from "./use-calendar";

/** What may be done in a calendar; what is absent this person may not do. */
export type Handling = {
  today: string;
  mayComplete: boolean;
  move?: (task: Row, day: string) => void;
  /** Creates a task on a day. */
  create?: (day: string) => void;
  /** Shows a day by itself. */
  show: (day: string) => void;
};

const clock = (language: string, timeZone: string, at: string): string =>
  new Intl.DateTimeFormat(language, { timeZone, timeStyle: "short" }).format(new Date(at));

/** What is to be seen of a task, without anything to press. */
export function TaskFace({ task }: { task: Row }) {
  return (
    <div className="task" data-lifted>
      <Text size="sm" truncate>
        {task.subject}
      </Text>
    </div>
  );
}

type Props = {
  task: Row;
  handling: Handling;
  /** Where it stands on the page: a task may stand at two places. */
  where: string;
  /** In a line of its own there is room for when it is due. */
  wide?: boolean;
};

export function TaskItem({ task, handling, where, wide }: Props) {
  const { text, timeZone, language, date } = useText("tasks");
  const complete = useComplete();
  const { today, move, mayComplete } = handling;
  const day = dueDay(task, timeZone);
  const open = task.status === "OPEN";
  const overdue = open && (task.due_at ? new Date(task.due_at).getTime() < Date.now() : day < today);
  const { setNodeRef, setActivatorNodeRef, listeners, attributes, isDragging } = useDraggable({
    id: `${where}/${task.id}`,
    data: { task, day } satisfies Dragged,
    disabled: !move,
  });
  const at = task.due_at && clock(language, timeZone, task.due_at);
  const when = where === "overdue" ? date(day) : at;
  return (
    <li
      ref={setNodeRef}
      {...listeners}
      className="task"
      data-done={!open || undefined}
      data-overdue={overdue || undefined}
      data-held={isDragging || undefined}
      data-wide={wide || undefined}
    >
      <Checkbox
        size={wide ? "sm" : "xs"}
        radius="xl"
        checked={!open}
        disabled={!open || !mayComplete}
        onChange={() => complete(task)}
        aria-label={text("tasks.complete", { subject: task.subject })}
      />
      {at && !wide && <span className="task-time">{at}</span>}
      <span className="task-text">
        <Link
          className="task-subject"
          to="/$resource/$id"
          params={{ resource: "tasks", id: task.id }}
          draggable={false}
          title={task.subject}
        >
          {task.subject}
        </Link>
        {wide && when && <span className="task-time">{when}</span>}
      </span>
      {open && task.priority === "HIGH" && (
        <IconFlag3 className="task-flag" size={14} aria-label={text("tasks.urgent")} />
      )}
      {move && (
        <span className="task-buttons">
          <ActionIcon
            ref={setActivatorNodeRef}
            {...attributes}
            variant="subtle"
            color="gray"
            size={wide ? "md" : "xs"}
            className="task-grip"
            aria-label={text("tasks.drag", { subject: task.subject })}
          >
            <IconGripVertical size={14} />
          </ActionIcon>
          <Move task={task} today={today} move={move} wide={wide} />
        </span>
      )}
    </li>
  );
}

type MoveProps = { task: Row; today: string; move: (task: Row, day: string) => void; wide?: boolean };

/** The days to which tasks are put off most, and any other. */
function Move({ task, today, move, wide }: MoveProps) {
  const { text } = useText("tasks");
  const [asking, setAsking] = useState(false);
  const days = { today, tomorrow: plusDays(today, 1), next_week: plusDays(mondayOf(today), 7) };
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={wide ? "md" : "xs"}
            aria-label={text("tasks.move", { subject: task.subject })}
          >
            <IconDots size={14} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{text("tasks.move_to")}</Menu.Label>
          {Object.entries(days).map(([name, day]) => (
            <Menu.Item key={name} onClick={() => move(task, day)}>
              {text(`tasks.to.${name}`)}
            </Menu.Item>
          ))}
          <Menu.Item onClick={() => setAsking(true)}>{text("tasks.to.another")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking && <AskDay task={task} move={move} onClose={() => setAsking(false)} />}
    </>
  );
}

function AskDay({ task, move, onClose }: { task: Row; move: MoveProps["move"]; onClose: () => void }) {
  const { text, timeZone } = useText("tasks");
  const [day, setDay] = useState(dueDay(task, timeZone));
  return (
    <Modal opened onClose={onClose} title={task.subject} size="xs">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          move(task, day);
        }}
      >
        <TextInput
          type="date"
          label={text("tasks.day")}
          value={day}
          onChange={({ currentTarget: { value } }) => setDay(value)}
          data-autofocus
        />
        <Group justify="flex-end" mt="md">
          <Button type="submit" disabled={!isDay(day)}>
            {text("tasks.put")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
