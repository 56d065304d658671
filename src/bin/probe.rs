//! The core as a native command: for administrators who want to know what a server
//! says, for benches, and for tests of the core against real servers.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    command::main()
}

/// There is no command in a browser.
#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
mod command {
    use std::collections::BTreeMap;
    use std::path::PathBuf;
    use std::process::ExitCode;
    use std::rc::Rc;

    use pimento::driver::{Driver, Options, Scope};
    use pimento::fault;
    use pimento::memory::Memory;
    use pimento::message::{Finding, SignIn};
    use pimento::model::{Account, Fault, Outcome, Policy, Role, Run, Saying, Trigger};
    use pimento::native::machine::{GivenPassword, MachineClock, MachineRandom, NoShell};
    use pimento::native::{FolderStore, NativeHttp};
    use pimento::phrase::english;
    use pimento::port::{Ports, Store};
    use serde_json::{Map, Value, json};

    const USAGE: &str = "\
usage: probe --check URL --user U --password-file F [--ca-file PEM]
       probe URL --user U --password-file F --into DIR [--ca-file PEM] [--plan]
             [--audit] [--delete] [--policy keep-both|merge|server-wins|mine-wins]

  --check           say what is found about the server; change nothing
  --into DIR        one two-way run: each collection is a folder in DIR, each item a
                    file in it; what was done to the files since the last run is sent
  --plan            print the plan of the next run: for each item that is not at rest
                    what would be done; nothing is done, on the server or to a file that
                    is there
  --audit           compare all etags, whatever the server's tokens say
  --policy P        what becomes of items changed on both sides, from now on
  --password-file F the password is the file's first line
  --ca-file PEM     trust this certificate authority as well
  --delete          let a run delete as much as it comes to (else it stops where more
                    than a fifth, and ten items or more, or all of a folder would go)

The last line is one JSON object. Exit: 0 ok, 1 a fault, 2 wrong use.";

    const COUNTS: [&str; 6] = ["received", "sent", "deleted_here", "deleted_there", "conflicts", "waiting"];

    struct Wanted {
        url: String,
        user: String,
        password: String,
        authority: Option<Vec<u8>>,
        /// `None`: check only.
        into: Option<PathBuf>,
        delete: bool,
        plan: bool,
        audit: bool,
        policy: Option<Policy>,
    }

    pub fn main() -> ExitCode {
        let wanted = match wanted(std::env::args().skip(1)) {
            Ok(Some(wanted)) => wanted,
            Ok(None) => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            Err(why) => {
                eprintln!("probe: {why}\n{USAGE}");
                return ExitCode::from(2);
            }
        };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(why) => {
                eprintln!("probe: {why}");
                return ExitCode::FAILURE;
            }
        };
        runtime.block_on(probe(&wanted))
    }

    /// Reads the arguments; `None` if only help is wanted.
    fn wanted(mut args: impl Iterator<Item = String>) -> Result<Option<Wanted>, String> {
        let (mut url, mut user, mut password, mut authority, mut into) = (None, None, None, None, None);
        let (mut check, mut delete, mut plan, mut audit, mut policy) = (false, false, false, false, None);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value"));
            match arg.as_str() {
                "--help" | "-h" => return Ok(None),
                "--check" => {
                    check = true;
                    url = Some(value()?);
                }
                "--user" => user = Some(value()?),
                "--password-file" => password = Some(value()?),
                "--ca-file" => authority = Some(value()?),
                "--into" => into = Some(PathBuf::from(value()?)),
                "--delete" => delete = true,
                "--plan" => plan = true,
                "--audit" => audit = true,
                "--policy" => policy = Some(policy_of(&value()?)?),
                _ if arg.starts_with('-') => return Err(format!("{arg} is not known")),
                _ if url.is_some() => return Err("more than one URL is given".to_owned()),
                _ => url = Some(arg),
            }
        }
        let url = url.ok_or("a URL is missing")?;
        let user = user.ok_or("--user is missing")?;
        let file = password.ok_or("--password-file is missing")?;
        if check == into.is_some() {
            return Err("either --check or --into DIR is wanted".to_owned());
        }
        if check && (plan || audit) {
            return Err("--plan and --audit go with --into".to_owned());
        }
        let text = std::fs::read_to_string(&file).map_err(|why| format!("{file}: {why}"))?;
        let password = text.lines().next().unwrap_or_default().to_owned();
        let authority =
            authority.map(|file| std::fs::read(&file).map_err(|why| format!("{file}: {why}"))).transpose()?;
        Ok(Some(Wanted { url, user, password, authority, into, delete, plan, audit, policy }))
    }

    fn policy_of(word: &str) -> Result<Policy, String> {
        Policy::ALL
            .into_iter()
            .find(|policy| policy.key().trim_start_matches("policy_").replace('_', "-") == word)
            .ok_or(format!("--policy knows keep-both, merge, server-wins and mine-wins; not {word}"))
    }

    async fn probe(wanted: &Wanted) -> ExitCode {
        use pimento::port::Clock;
        let begun = MachineClock.now();
        let http = match NativeHttp::new(wanted.authority.as_deref()) {
            Ok(http) => Rc::new(http),
            Err(fault) => return failed(&fault, Map::new()),
        };
        let done = match &wanted.into {
            None => check(wanted, &http).await.map(|()| Map::new()),
            Some(dir) => run(wanted, dir, &http).await,
        };
        let (outcome, mut summary) = match done {
            Ok(summary) => (Ok(()), summary),
            Err((fault, summary)) => (Err(fault), summary),
        };
        // The names are always there, also where no run came to be.
        for name in COUNTS {
            summary.entry(name).or_insert(json!(0));
        }
        let traffic = http.traffic();
        summary.insert("requests".to_owned(), json!(traffic.requests));
        summary.insert("bytes_up".to_owned(), json!(traffic.bytes_up));
        summary.insert("bytes_down".to_owned(), json!(traffic.bytes_down));
        summary.insert("wall_ms".to_owned(), json!(MachineClock.now() - begun));
        summary.extend(usage());
        match outcome {
            Ok(()) => {
                summary.insert("result".to_owned(), json!("ok"));
                println!("{}", Value::Object(summary));
                ExitCode::SUCCESS
            }
            Err(fault) => failed(&fault, summary),
        }
    }

    fn failed(fault: &Fault, mut summary: Map<String, Value>) -> ExitCode {
        eprintln!("{}", english(&fault.text));
        if !fault.context.is_empty() {
            eprintln!("({})", fault.context);
        }
        summary.insert("result".to_owned(), json!(fault.class.word()));
        summary.insert("fault".to_owned(), json!(fault.text.key));
        println!("{}", Value::Object(summary));
        ExitCode::FAILURE
    }

    type Done<T> = Result<T, (Fault, Map<String, Value>)>;

    fn bare(fault: Fault) -> (Fault, Map<String, Value>) {
        (fault, Map::new())
    }

    fn sign_in(wanted: &Wanted) -> SignIn {
        SignIn {
            server: wanted.url.clone(),
            user: wanted.user.clone(),
            password: wanted.password.clone(),
            // A command has no box to tick: the scheme that is written decides.
            secure: !wanted.url.trim_start().to_ascii_lowercase().starts_with("http:"),
        }
    }

    fn driver(wanted: &Wanted, http: &Rc<NativeHttp>, store: Rc<dyn Store>) -> Driver {
        let ports = Ports {
            http: http.clone(),
            store,
            clock: Rc::new(MachineClock),
            random: Rc::new(MachineRandom),
            vault: Rc::new(GivenPassword(wanted.password.clone())),
            shell: Rc::new(NoShell),
        };
        let options = Options {
            scope: Scope::All,
            guard: !wanted.delete,
            copy_mark: || english(&Saying::new("copy_mark").with("$1")),
            name,
        };
        Driver::new(ports, options)
    }

    async fn check(wanted: &Wanted, http: &Rc<NativeHttp>) -> Done<()> {
        let driver = driver(wanted, http, Rc::new(Memory::default()));
        let found = driver.check(&sign_in(wanted)).await;
        show(&found.map_err(bare)?);
        Ok(())
    }

    fn show(found: &Finding) {
        println!("server      {}", found.server);
        println!("software    {}", found.software);
        println!("principal   {}", found.principal);
        for collection in &found.collections {
            let sort = if collection.contacts { "contacts".to_owned() } else { collection.components.join(",") };
            let role = collection.role.map_or(String::new(), |role| format!("  = {}", name(role)));
            let locked = if collection.writable { "" } else { "  (read only)" };
            println!("collection  {}  {}  [{sort}]{locked}{role}", collection.href, collection.name);
        }
        for role in &found.to_make {
            println!("to make     {}", name(*role));
        }
    }

    fn name(role: Role) -> String {
        english(&Saying::new(role.key()))
    }

    async fn run(wanted: &Wanted, dir: &std::path::Path, http: &Rc<NativeHttp>) -> Done<Map<String, Value>> {
        let store = Rc::new(FolderStore::open(dir).map_err(bare)?);
        let driver = driver(wanted, http, store.clone());
        let mut account = account(&driver, wanted).await.map_err(bare)?;
        if let Some(policy) = wanted.policy.filter(|policy| *policy != account.policy) {
            account.policy = policy;
            driver.save_policy(&account.id, policy).await.map_err(bare)?;
        }
        if wanted.plan {
            return plan(&driver, account).await.map_err(bare);
        }
        // A command runs unwatched, like a clock.
        let trigger = if wanted.audit { Trigger::Audit } else { Trigger::Interval };
        let run = driver.run(account, trigger).await.map_err(bare)?;
        for line in &run.log {
            println!("{}{}", if line.problem { "! " } else { "" }, english(&line.text));
        }
        let summary = counts(&run);
        match run.outcome {
            Outcome::Ok => Ok(summary),
            Outcome::Failed(fault) => Err((fault, summary)),
            Outcome::Running => Err((fault::interrupted(), summary)),
        }
    }

    /// Prints what the next run would do.
    async fn plan(driver: &Driver, account: Account) -> Result<Map<String, Value>, Fault> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for drafted in driver.preview(account).await? {
            println!("{}", drafted.name);
            if let Some(fault) = &drafted.fault {
                println!("  ! {}", english(&fault.text));
            }
            for step in &drafted.steps {
                println!("  {:<10} {}", step.action, step.title);
                *counts.entry(step.action.clone()).or_default() += 1;
            }
            *counts.entry("rest".to_owned()).or_default() += u64::from(drafted.resting);
        }
        Ok(Map::from_iter([("plan".to_owned(), json!(counts))]))
    }

    /// The account that the folder is of, or a new one: another server, user or
    /// principal is another state.
    async fn account(driver: &Driver, wanted: &Wanted) -> Result<Account, Fault> {
        let known = |accounts: Vec<Account>| {
            accounts.into_iter().find(|account| account.entered == wanted.url && account.user == wanted.user)
        };
        if let Some(account) = known(driver.ports.store.accounts().await?) {
            return Ok(account);
        }
        driver.save(&sign_in(wanted), false, None).await?;
        known(driver.ports.store.accounts().await?).ok_or_else(fault::not_set_up)
    }

    fn counts(run: &Run) -> Map<String, Value> {
        let counts = [
            run.total(|c| c.received),
            run.total(|c| c.sent),
            run.total(|c| c.deleted_here),
            run.total(|c| c.deleted_there),
            run.total(|c| c.conflicts),
            run.total(|c| c.waiting),
        ];
        COUNTS.into_iter().zip(counts).map(|(name, n)| (name.to_owned(), json!(n))).collect()
    }

    /// Processor time of this process, user and system, and its largest resident set.
    fn usage() -> Map<String, Value> {
        use nix::sys::resource::{UsageWho, getrusage};
        let mut map = Map::new();
        if let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) {
            let millis = |time: nix::sys::time::TimeVal| time.tv_sec() * 1000 + time.tv_usec() / 1000;
            map.insert("cpu_ms".to_owned(), json!(millis(usage.user_time()) + millis(usage.system_time())));
            map.insert("peak_rss_kb".to_owned(), json!(usage.max_rss()));
        }
        map
    }
}
