/** A business calendar: the hours of each weekday, and the days without work. */
import { ActionIcon, Alert, Button, Group, Paper, Pill, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { type Row, useUpdate } from "@/shared/api/records";
import { actionOf, type Description } from "@/shared/describe";
import { SaveBar } from "@/shared/form/save-bar";
import { useText } from "@/shared/i18n";
import { HeadedRecord } from "@/shared/record/headed-record";
import { useTell } from "@/shared/ui/problem";
import { lengthOf } from "./duration";
import {
  endOf,
  endShown,
  type Hours,
  hoursOf,
  likeMonday,
  minutesOfWeek,
  nextStretch,
  WEEKDAYS,
  withDay,
} from "./week";

const RESOURCE = "business_calendars";

export default function Calendar({ id }: { id: string }) {
  return (
    <HeadedRecord resource={RESOURCE} id={id} only={["name", "time_zone", "is_default"]}>
      {(description, record) => <Times description={description} calendar={record} />}
    </HeadedRecord>
  );
}

function Times({ description, calendar }: { description: Description; calendar: Row }) {
  const { text } = useText("service_levels");
  const tell = useTell();
  const update = useUpdate(RESOURCE, () => tell.done(text("levels.saved")));
  const [hours, setHours] = useState<Hours[]>(calendar.working_hours);
  const [holidays, setHolidays] = useState<string[]>(calendar.holidays ?? []);
  const may = Boolean(actionOf(description, "update")) && !calendar.deleted_at;
  const stored = [calendar.working_hours, calendar.holidays ?? []];
  const isChanged = JSON.stringify([hours, holidays]) !== JSON.stringify(stored);
  return (
    <>
      {!may && <Alert color="gray">{text("levels.read_only")}</Alert>}
      <Week hours={hours} may={may} onChange={setHours} />
      <Holidays days={holidays} may={may} onChange={setHolidays} />
      {may && isChanged && (
        <SaveBar
          failure={update.error}
          saving={update.isPending}
          onSave={() => update.mutate({ row: calendar, values: { working_hours: hours, holidays } })}
          onCancel={() => {
            setHours(calendar.working_hours);
            setHolidays(calendar.holidays ?? []);
            update.reset();
          }}
        />
      )}
    </>
  );
}

type WeekProps = { hours: Hours[]; may: boolean; onChange: (hours: Hours[]) => void };

function Week({ hours, may, onChange }: WeekProps) {
  const { text, language } = useText("service_levels");
  const title = text("levels.hours");
  // 5 January 2026 was a Monday.
  const format = new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" });
  const nameOf = (weekday: number) => format.format(Date.UTC(2026, 0, 4 + weekday));
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group justify="space-between" mb="sm">
        <div>
          <Title order={2} size="h5">
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {text("levels.per_week", { length: lengthOf(minutesOfWeek(hours)) })}
          </Text>
        </div>
        {may && (
          <Button variant="default" size="compact-sm" onClick={() => onChange(likeMonday(hours))}>
            {text("levels.like_monday", { monday: nameOf(1), friday: nameOf(5) })}
          </Button>
        )}
      </Group>
      <Stack gap={0} component="ul" className="lines">
        {WEEKDAYS.map((weekday) => (
          <Day
            key={weekday}
            name={nameOf(weekday)}
            day={hoursOf(hours, weekday)}
            weekday={weekday}
            may={may}
            onChange={(day) => onChange(withDay(hours, weekday, day))}
          />
        ))}
      </Stack>
    </Paper>
  );
}

type DayProps = { name: string; weekday: number; day: Hours[]; may: boolean; onChange: (day: Hours[]) => void };

function Day({ name, weekday, day, may, onChange }: DayProps) {
  const { text } = useText("service_levels");
  const next = nextStretch(day, weekday);
  const change = (index: number, changed: Partial<Hours>) =>
    onChange(day.map((one, place) => (place === index ? { ...one, ...changed } : one)));
  return (
    <Group component="li" className="line" py={6} align="center" aria-label={name}>
      <Text size="sm" w={110} fw={500}>
        {name}
      </Text>
      {day.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("levels.no_work")}
        </Text>
      )}
      {day.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: stretches have no identity but their place
        <Group key={index} gap={4} wrap="nowrap">
          <TextInput
            type="time"
            size="xs"
            aria-label={text("levels.from", { day: name })}
            value={one.start}
            onChange={(event) => change(index, { start: event.currentTarget.value })}
            readOnly={!may}
            required
          />
          <span aria-hidden>–</span>
          <TextInput
            type="time"
            size="xs"
            aria-label={text("levels.until", { day: name })}
            value={endShown(one.end)}
            onChange={(event) => change(index, { end: endOf(event.currentTarget.value) })}
            readOnly={!may}
            required
          />
          {may && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={text("levels.remove", { what: `${name}, ${one.start}–${one.end}` })}
              onClick={() => onChange(day.filter((_, place) => place !== index))}
            >
              <IconTrash size={14} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {may && next && (
        <ActionIcon
          variant="subtle"
          aria-label={text("levels.add_hours", { day: name })}
          onClick={() => onChange([...day, next])}
        >
          <IconPlus size={14} />
        </ActionIcon>
      )}
    </Group>
  );
}

type HolidaysProps = { days: string[]; may: boolean; onChange: (days: string[]) => void };

function Holidays({ days, may, onChange }: HolidaysProps) {
  const { text, date } = useText("service_levels");
  const [day, setDay] = useState("");
  const title = text("levels.holidays");
  const years = [...new Set(days.map((one) => one.slice(0, 4)))].sort().reverse();
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      {may && (
        <Group align="flex-end" mb="sm">
          <TextInput
            type="date"
            label={text("levels.day")}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          <Button
            variant="default"
            leftSection={<IconPlus size={14} />}
            disabled={!day || days.includes(day)}
            onClick={() => {
              onChange([...days, day].sort());
              setDay("");
            }}
          >
            {text("levels.add_holiday")}
          </Button>
        </Group>
      )}
      {days.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("levels.no_holidays")}
        </Text>
      )}
      <Stack gap="xs">
        {years.map((year) => (
          <Group key={year} gap="xs" align="flex-start" wrap="nowrap">
            <Text size="sm" fw={500} w={48}>
              {year}
            </Text>
            <Pill.Group>
              {days
                .filter((one) => one.startsWith(year))
                .map((one) => (
                  <Pill
                    key={one}
                    withRemoveButton={may}
                    removeButtonProps={{
                      "aria-label": text("levels.remove", { what: date(one) }),
                      "aria-hidden": false,
                      tabIndex: 0,
                    }}
                    onRemove={() => onChange(days.filter((other) => other !== one))}
                  >
                    {date(one)}
                  </Pill>
                ))}
            </Pill.Group>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}
