internal import Postgres

/// The time that analytics are about: so many days up to today, UTC, or all.
public enum AnalyticsPeriod: String, CaseIterable, Sendable {
    /// 7 days.
    case week
    /// 30 days.
    case month
    /// 365 days.
    case year
    /// Since the first run.
    case all

    /// How many days, today included; nil without a limit.
    public var days: Int? {
        switch self {
        case .week: 7
        case .month: 30
        case .year: 365
        case .all: nil
        }
    }

    /// What a point of the trend is.
    public var unit: TrendUnit { self == .week || self == .month ? .day : .month }
}

/// How long a point of a trend is.
public enum TrendUnit: String, CaseIterable, Sendable {
    /// A day, UTC.
    case day
    /// A calendar month, UTC.
    case month
}

/// Which videos analytics are about.
public enum AnalyticsType: String, CaseIterable, Sendable {
    /// All.
    case all
    /// Those that are made from words alone.
    case textToVideo = "text-to-video"
    /// Those that start from a picture.
    case imageToVideo = "image-to-video"

    /// Which rows of `model_days` count.
    var condition: SQL {
        switch self {
        case .all: "true"
        case .textToVideo: "not days.has_source"
        case .imageToVideo: "days.has_source"
        }
    }
}

/// What analytics are about.
public struct AnalyticsScope: Sendable, Hashable {
    /// Which days.
    public var period: AnalyticsPeriod
    /// Which videos.
    public var type: AnalyticsType

    /// The last 30 days of all videos, unless others are named.
    public init(period: AnalyticsPeriod = .month, type: AnalyticsType = .all) {
        self.period = period
        self.type = type
    }
}
