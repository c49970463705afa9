/** Goes back in time with a customer: a time is chosen, and the page shows what was known then. */
import { Alert, Button, Group, Slider, TextInput } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useState } from "react";
import type { Description } from "@/shared/describe";
import { useText } from "@/shared/i18n";

const SECOND_MS = 1000;
const STEPS = 1000;

/** A time as the browser's input takes it, in the time of this computer. */
function typed(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60 * SECOND_MS);
  return local.toISOString().slice(0, 19);
}

/** The description of a resource of which nothing can be changed. */
export const unchangeable = (description: Description): Description => ({
  ...description,
  actions: description.actions.filter(({ name }) => name === "get" || name === "list"),
});

type Props = {
  /** When the customer was made. */
  since: string;
  asOf: string;
  onChange: (asOf: string) => void;
};

export function LookBack({ since, asOf, onChange }: Props) {
  const { text } = useText("customers");
  return (
    <Button
      variant="default"
      leftSection={<IconHistory size={14} />}
      aria-pressed={Boolean(asOf)}
      onClick={() => onChange(asOf ? "" : new Date(Math.max(floor(since), Date.now() - SECOND_MS)).toISOString())}
    >
      {text("customer.look_back")}
    </Button>
  );
}

/** The first full second in which the customer was there. */
const floor = (since: string): number => Math.ceil(new Date(since).getTime() / SECOND_MS) * SECOND_MS + SECOND_MS;

/** Says which time is shown, and leads to another one or back to today. */
export function PastBar({ since, asOf, onChange }: Props) {
  const { text, time } = useText("customers");
  const [now] = useState(Date.now);
  const first = Math.min(floor(since), now);
  const at = new Date(asOf).getTime();
  const [moved, setMoved] = useState<number | null>(null);
  const place = (moment: number) => Math.round(((moment - first) / Math.max(now - first, 1)) * STEPS);
  const moment = (step: number) => Math.round(first + (step / STEPS) * (now - first));
  const go = (to: number) => onChange(new Date(Math.min(Math.max(to, first), now)).toISOString());
  return (
    <Alert
      color="yellow"
      icon={<IconHistory size={18} />}
      title={text("customer.as_of", { at: time(asOf) })}
      role="status"
      className="past"
    >
      {text("customer.as_of_help")}
      <Group align="flex-end" mt="xs" gap="lg">
        <TextInput
          type="datetime-local"
          step={1}
          label={text("customer.as_of_time")}
          value={typed(at)}
          min={typed(first)}
          max={typed(now)}
          onChange={(event) => {
            const chosen = new Date(event.currentTarget.value).getTime();
            if (!Number.isNaN(chosen)) go(chosen);
          }}
        />
        <Slider
          flex={1}
          miw={200}
          min={0}
          max={STEPS}
          value={moved ?? place(at)}
          label={(step) => time(new Date(moment(step)).toISOString())}
          thumbLabel={text("customer.as_of_time")}
          onChange={setMoved}
          onChangeEnd={(step) => {
            setMoved(null);
            go(moment(step));
          }}
        />
        <Button variant="default" onClick={() => onChange("")}>
          {text("customer.today")}
        </Button>
      </Group>
    </Alert>
  );
}
