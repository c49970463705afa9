/** The tasks of a day, a week or a month, with those that are overdue beside them. */
import "./calendar.css";
import { type Announcements, DndContext, DragOverlay, MeasuringStrategy } from "@dnd-kit/core";
import { ActionIcon, Button, Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useMe } from "@/shared/api/me";
import type { Row } from "@/shared/api/records";
import { actionOf, fieldOf, useDescription } from "@/shared/describe";
import { CreateDialog, useDialog } from "@/shared/form/dialogs";
import { useText } from "@/shared/i18n";
import type { ListSearch } from "@/shared/list/list-page";
import { usePainted } from "@/shared/timing/timing";
import { Failed } from "@/shared/ui/problem";
import { useToday } from "@/shared/ui/today";
import { CalendarSkeleton } from "./calendar-skeleton";
import { useDayNames } from "./day-names";
import { Agenda, Month, Week } from "./day-views";
import { daysOf, isDay, stepped, VIEWS, type View } from "./days";
import { type Dragged, useDragging } from "./dragging";
import { Overdue } from "./overdue";
import { type Handling, TaskFace } from "./task-item";
import { dueDay, inOrder, useReschedule, useTasksOf } from "./use-calendar";

const PHONE = "(max-width: 48em)";

export default function Calendar({ filter, search }: { filter: string; search: ListSearch }) {
  const { text, timeZone } = useText("tasks");
  const navigate = useNavigate();
  const me = useMe();
  const today = useToday();
  const names = useDayNames();
  const narrow = useMediaQuery(PHONE, false, { getInitialValueInEffect: false });
  const view = VIEWS.find((one) => one === search.view) ?? "month";
  const day = isDay(search.day) ? search.day : today;
  const days = useMemo(() => daysOf(view, day), [view, day]);
  const tasks = useTasksOf(filter, days);
  usePainted("CALENDAR", tasks.isSuccess);
  const byDay = useMemo(() => gathered(tasks.data?.rows ?? [], timeZone), [tasks.data, timeZone]);
  const description = useDescription("tasks");
  const creating = useDialog<string>();
  const reschedule = useReschedule();
  const [held, setHeld] = useState<Row | null>(null);
  const dragging = useDragging(days);

  const go = (next: { view?: View; day?: string }) =>
    navigate({ to: ".", search: { ...search, ...next }, replace: true });
  const mayMove = Boolean(actionOf(description, "update") && fieldOf(description, "due_date")?.can_write);
  const handling: Handling = {
    today,
    mayComplete: Boolean(actionOf(description, "complete")),
    move: mayMove ? reschedule : undefined,
    create: actionOf(description, "create") ? creating.open : undefined,
    show: (shown) => go({ view: narrow ? view : "day", day: shown }),
  };
  const named = (active: { data: { current?: Record<string, unknown> } }) =>
    (active.data.current as Dragged).task.subject;
  const worded = (over: { id: unknown } | null) => (over ? names.full(String(over.id)) : "—");
  const announcements: Announcements = {
    onDragStart: ({ active }) => text("tasks.picked_up", { subject: named(active) }),
    onDragOver: ({ active, over }) => text("tasks.over", { subject: named(active), day: worded(over) }),
    onDragEnd: ({ active, over }) => text("tasks.dropped", { subject: named(active), day: worded(over) }),
    onDragCancel: ({ active }) => text("tasks.not_moved", { subject: named(active) }),
  };
  const release = () => {
    setHeld(null);
    dragging.forget();
  };
  const shown = { byDay, handling };
  return (
    <DndContext
      sensors={dragging.sensors}
      collisionDetection={dragging.collisions}
      measuring={{ droppable: { strategy: MeasuringStrategy.Always } }}
      accessibility={{ announcements, screenReaderInstructions: { draggable: text("tasks.instructions") } }}
      onDragStart={({ active }) => setHeld((active.data.current as Dragged).task)}
      onDragEnd={({ over }) => {
        if (held && over) reschedule(held, String(over.id));
        release();
      }}
      onDragCancel={release}
    >
      <Group justify="space-between" gap="xs">
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            variant="default"
            size={36}
            aria-label={text(`tasks.back.${view}`)}
            onClick={() => go({ day: stepped(view, day, -1) })}
          >
            <IconChevronLeft size={16} />
          </ActionIcon>
          <Button variant="default" onClick={() => go({ day: today })}>
            {text("tasks.today")}
          </Button>
          <ActionIcon
            variant="default"
            size={36}
            aria-label={text(`tasks.on.${view}`)}
            onClick={() => go({ day: stepped(view, day, 1) })}
          >
            <IconChevronRight size={16} />
          </ActionIcon>
          <Title order={2} size="h4" ml="xs" className="calendar-title" aria-live="polite">
            {view === "day" ? names.full(day) : view === "week" ? names.range(days) : names.month(day)}
          </Title>
        </Group>
        <SegmentedControl
          aria-label={text("tasks.view")}
          value={view}
          onChange={(next) => go({ view: next as View })}
          data={VIEWS.map((value) => ({ value, label: text(`tasks.view.${value}`) }))}
        />
      </Group>
      {tasks.error && <Failed error={tasks.error} retry={() => tasks.refetch()} />}
      {tasks.data?.next && (
        <Text size="sm" c="dimmed">
          {text("tasks.too_many", { count: tasks.data.rows.length })}
        </Text>
      )}
      <div className="calendar">
        {tasks.isPending ? (
          <CalendarSkeleton />
        ) : view === "month" ? (
          <Stack gap="sm">
            <Month days={days} day={day} narrow={Boolean(narrow)} {...shown} />
            {narrow && <Agenda day={day} {...shown} />}
          </Stack>
        ) : view === "week" && !narrow ? (
          <Week days={days} {...shown} />
        ) : (
          <Stack gap="sm">
            {days.map((one) => (
              <Agenda key={one} day={one} {...shown} />
            ))}
          </Stack>
        )}
        <Overdue filter={filter} handling={handling} narrow={Boolean(narrow)} />
      </div>
      <DragOverlay dropAnimation={null}>{held && <TaskFace task={held} />}</DragOverlay>
      {creating.subject && (
        <CreateDialog
          resource="tasks"
          initial={{ due_date: creating.subject, owner_id: me.id }}
          names={{ [me.id]: me.display_name }}
          onClose={creating.close}
        />
      )}
    </DndContext>
  );
}

/** The tasks of each day, in the order in which they are shown. */
function gathered(tasks: readonly Row[], timeZone: string): ReadonlyMap<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const task of inOrder(tasks)) {
    const day = dueDay(task, timeZone);
    found.set(day, [...(found.get(day) ?? []), task]);
  }
  return found;
}
