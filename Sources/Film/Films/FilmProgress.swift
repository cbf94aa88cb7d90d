internal import FoundationEssentials
internal import Postgres

/// What a job notes in `film_builds` while it assembles a film.
struct FilmProgress: Sendable {
    /// What is being done, in order, with the share of the work that is done when it begins.
    enum Step: String, Sendable, SQLValue {
        case reading
        case joining
        case stills
        case streams
        case storing

        var share: Double {
            switch self {
            case .reading: 0
            case .joining: 0.05
            case .stills: 0.15
            case .streams: 0.2
            case .storing: 0.95
            }
        }
    }

    let season: UUID
    let revision: Int
    let database: Database

    /// Notes the step, and throws when the film is to be another one by now. `part` is the share of the step.
    func reach(_ step: Step, part: Double = 0) throws {
        let next = step == .streams ? FilmProgress.Step.storing.share : step.share
        let wanted: Int? = try database.first(
            """
            update film_builds
            set state = 'running',
                step = \(step),
                progress = \(step.share + part * (next - step.share))::double precision,
                problem = null,
                changed_at = dailies_now()
            where season_id = \(season) and state <> 'cancelled'
            returning wanted
            """)
        guard let wanted else {
            let exists: Bool = try database.one(
                "select exists (select from film_builds where season_id = \(season))")
            throw exists ? FilmInterruption.cancelled : .seasonGone
        }
        guard wanted == revision else { throw FilmInterruption.changed }
    }

    /// Throws when the film is to be another one by now, or none.
    func check() throws {
        let row: Row? = try database.first("select wanted, state from film_builds where season_id = \(season)")
        guard let row else { throw FilmInterruption.seasonGone }
        guard try row.value("state", as: String.self) != "cancelled" else { throw FilmInterruption.cancelled }
        guard try row.value("wanted", as: Int.self) == revision else { throw FilmInterruption.changed }
    }

    /// Whether work on the film is of no use any more. A database that does not answer decides nothing: the next step
    /// reports it.
    var isOutdated: Bool {
        do { try check() } catch { return error is FilmInterruption }
        return false
    }

    /// Notes why an attempt failed.
    func fail(_ problem: String, isFinal: Bool) throws {
        try database.execute(
            """
            update film_builds
            set state = \(isFinal ? "failed" : "waiting"),
                problem = \(problem),
                changed_at = dailies_now()
            where season_id = \(season) and state <> 'cancelled'
            """)
    }
}

/// Why a film that is being assembled is of no use any more.
enum FilmInterruption: Error {
    /// A slot has another winner.
    case changed
    /// An admin has ended the work.
    case cancelled
    /// The season has been deleted.
    case seasonGone
}
