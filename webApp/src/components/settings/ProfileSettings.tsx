import { type FormEvent, useState } from "react";
import { type Profile, useProfile, useSaveProfile } from "@/api/hooks/useSettingsHooks";
import { texts } from "@/lib/texts";
import { settingsTexts } from "@/lib/texts/settings";
import { ProblemNote } from "../ProblemNote";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Loaded, Section } from "./Section";

const say = settingsTexts.profile;

export default function ProfileSettings() {
  return (
    <Section title={say.title} lead={say.lead}>
      <Loaded query={useProfile()}>{(profile) => <ProfileForm profile={profile} />}</Loaded>
    </Section>
  );
}

function ProfileForm({ profile }: { profile: Profile }) {
  const save = useSaveProfile();
  const [name, setName] = useState(profile.display_name ?? "");
  const [zone, setZone] = useState(profile.timezone);
  const [locale, setLocale] = useState(profile.locale ?? "");
  const [isTried, setIsTried] = useState(false);
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((one) => one !== "UTC")];
  const problems = {
    name: name.trim().length > 200 ? say.nameLong : undefined,
    zone: zones.includes(zone) || zone === profile.timezone ? undefined : say.zoneUnknown,
    locale: isLocale(locale.trim()) ? undefined : say.localeUnknown,
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (Object.values(problems).some(Boolean)) return;
    save.mutate({ display_name: name.trim() || null, timezone: zone, locale: locale.trim() || null });
  };
  return (
    <form onSubmit={submit} className="max-w-md space-y-5">
      <Field
        label={say.name}
        autoComplete="name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        problem={isTried ? problems.name : undefined}
      />
      <Field
        label={say.zone}
        hint={say.zoneHint}
        list="time-zones"
        autoComplete="off"
        value={zone}
        onChange={(event) => setZone(event.target.value)}
        problem={isTried ? problems.zone : undefined}
      />
      <datalist id="time-zones">
        {zones.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <Field
        label={say.locale}
        hint={say.localeHint}
        autoComplete="off"
        value={locale}
        onChange={(event) => setLocale(event.target.value)}
        problem={isTried ? problems.locale : undefined}
      />
      {save.error && <ProblemNote problem={save.error} title={settingsTexts.saveProblem} />}
      <div className="flex items-center gap-3">
        <Button type="submit" shape="primary" disabled={save.isPending}>
          {texts.save}
        </Button>
        <p role="status" className="text-soft text-sm">
          {save.isSuccess && settingsTexts.saved}
        </p>
      </div>
    </form>
  );
}

function isLocale(tag: string): boolean {
  try {
    return tag === "" || Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
