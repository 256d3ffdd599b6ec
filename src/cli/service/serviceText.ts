/**
 * What each platform wants written down about a program that begins when a person logs in. Texts only: nothing here
 * touches the machine. None holds a secret: keys come to the daemon as config.jsonc says.
 */
export interface Service {
	/** Of letters, digits and `-`; one a data folder. */
	readonly name: string;
	/** The program that runs the script: Node, or an editor that plays it. */
	readonly program: string;
	/** The copy of the daemon under the data folder; where a newer one came since, it runs that. */
	readonly script: string;
	readonly home: string;
	/** Where an agent's commands find their programs; without it they would find fewer than in a terminal. */
	readonly searchPath?: string;
}

/**
 * A systemd user unit. Only the daemon's own process is ended with it: commands go on under their runner. A daemon that
 * had nothing to do, or found another one on its folder, ends in order and is not started again.
 */
export function systemdUnit(service: Service): string {
	const { home, searchPath } = service;
	const variables = [`MISSION_HOME=${home}`, "ELECTRON_RUN_AS_NODE=1", ...(searchPath ? [`PATH=${searchPath}`] : [])];
	return `[Unit]
Description=Mission Control: the daemon that runs the goals of ${unitText(home)}
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=exec
ExecStart=${daemonCommand(service).map(execWord).join(" ")}
Environment=${variables.map(unitWord).join(" ")}
KillMode=process
Restart=on-failure
RestartSec=5

[Install]
WantedBy=default.target
`;
}

/** A launchd agent. `AbandonProcessGroup` leaves commands to their runner. */
export function launchdPlist(service: Service): string {
	const { home, searchPath } = service;
	const entries = { MISSION_HOME: home, ELECTRON_RUN_AS_NODE: "1", ...(searchPath ? { PATH: searchPath } : {}) };
	const variables = Object.entries(entries).map(
		([name, value]) => `\t\t<key>${name}</key>\n\t\t<string>${xmlText(value)}</string>`,
	);
	const words = daemonCommand(service).map((word) => `\t\t<string>${xmlText(word)}</string>`);
	return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>${xmlText(service.name)}</string>
	<key>ProgramArguments</key>
	<array>
${words.join("\n")}
	</array>
	<key>EnvironmentVariables</key>
	<dict>
${variables.join("\n")}
	</dict>
	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<key>ThrottleInterval</key>
	<integer>10</integer>
	<key>AbandonProcessGroup</key>
	<true/>
	<key>StandardErrorPath</key>
	<string>${xmlText(`${home}/daemon-start.log`)}</string>
</dict>
</plist>
`;
}

/**
 * A task of the Windows scheduler, at the person's logon. A task has no environment of its own: the data folder is in its
 * arguments, and an editor that plays Node could not be told to.
 */
export function scheduledTask(service: Service, user: string): string {
	const [program, ...args] = daemonCommand(service);
	return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>${xmlText(`Mission Control: the daemon that runs the goals of ${service.home}`)}</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>${xmlText(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${xmlText(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Hidden>true</Hidden>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>10</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xmlText(program ?? "")}</Command>
      <Arguments>${xmlText(args.map(windowsWord).join(" "))}</Arguments>
      <WorkingDirectory>${xmlText(service.home)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`.replaceAll("\n", "\r\n");
}

function daemonCommand({ program, script, home }: Service): string[] {
	return [program, script, "run", "--home", home, "--newest"];
}

/** A word of a unit file as systemd reads it back: C escapes in double quotes, `%` begins a specifier. */
function unitWord(word: string): string {
	return `"${unitText(word).replaceAll('"', '\\"')}"`;
}

/** In a command line `$` begins a variable, too. */
function execWord(word: string): string {
	return unitWord(word).replaceAll("$", "$$$$");
}

function unitText(text: string): string {
	return text.replaceAll("\\", "\\\\").replaceAll("%", "%%").replaceAll("\n", "\\n");
}

function xmlText(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** An argument as Windows programs take their command line apart: backslashes count before a quote only. */
export function windowsWord(word: string): string {
	if (word !== "" && !/[\s"]/.test(word)) return word;
	return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}
