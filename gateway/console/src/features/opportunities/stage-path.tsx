/** The stages of a deal's pipeline in order: where it stands, and the way to another stage. */
import { Text, UnstyledButton } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useLayoutEffect, useRef } from "react";
import { type Row, useUpdate } from "@/shared/api/records";
import { actionOf, type Description, fieldOf } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { useTell } from "@/shared/ui/problem";
import { daysInStage, isStalled, type Pipeline } from "./pipelines";

type Props = { description: Description; deal: Row; pipeline: Pipeline };

export function StagePath({ description, deal, pipeline }: Props) {
  const { text } = useText("opportunities");
  const tell = useTell();
  const update = useUpdate("opportunities");
  const may =
    deal.status === "OPEN" &&
    Boolean(actionOf(description, "update") && fieldOf(description, "stage_id")?.can_write && !update.isPending);
  const shown = pipeline.stages.filter(({ id, type }) => type === "OPEN" || id === deal.stage_id);
  const at = shown.findIndex(({ id }) => id === deal.stage_id);
  const current = shown[at];
  const now = Date.now();
  const path = useRef<HTMLOListElement>(null);
  // On a phone not all stages have room: the one before, the present and the next are in sight.
  useLayoutEffect(() => {
    const before = path.current?.children[Math.max(at - 1, 0)] as HTMLElement | undefined;
    if (path.current && before) path.current.scrollLeft = before.offsetLeft;
  }, [at]);
  return (
    <nav aria-label={text("deals.stages")} className="stage-path">
      <ol ref={path}>
        {shown.map((stage, index) => (
          <li
            key={stage.id}
            data-state={index < at ? "done" : index === at ? "current" : "ahead"}
            data-type={stage.type}
          >
            <UnstyledButton
              disabled={!may || index === at}
              aria-current={index === at ? "step" : undefined}
              onClick={() => update.mutate({ row: deal, values: { stage_id: stage.id } }, { onError: tell.failed })}
            >
              {index < at && <IconCheck size={14} aria-hidden />}
              {stage.name}
            </UnstyledButton>
          </li>
        ))}
      </ol>
      {current && deal.status === "OPEN" && (
        <Text size="xs" c={isStalled(deal, current, now) ? "orange" : "dimmed"}>
          {text("deals.days_in_stage", { days: daysInStage(deal, now), stage: current.name })}
        </Text>
      )}
    </nav>
  );
}
