//! The sections of the settings, and their places in addresses. Not what is in them.

/// A page of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Address and password.
    Account,
    /// What signing in asks for beside the password.
    Security,
    /// Teams, their members and invitations.
    Teams,
    /// Keys to providers.
    Keys,
    /// What may be spent, and what was.
    Budget,
    /// Tokens for programs.
    Tokens,
    /// Connected extensions.
    Devices,
    /// Signed-in browsers.
    Sessions,
    /// Theme and density.
    Appearance,
    /// Downloads of everything.
    Export,
    /// Everybody's accounts, for who looks after the server.
    Accounts,
}

impl Section {
    /// In the order of the navigation.
    pub const ALL: [Self; 11] = [
        Self::Account,
        Self::Security,
        Self::Teams,
        Self::Keys,
        Self::Budget,
        Self::Tokens,
        Self::Devices,
        Self::Sessions,
        Self::Appearance,
        Self::Export,
        Self::Accounts,
    ];

    /// Its place in the address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Security => "security",
            Self::Teams => "teams",
            Self::Keys => "keys",
            Self::Budget => "budget",
            Self::Tokens => "tokens",
            Self::Devices => "devices",
            Self::Sessions => "sessions",
            Self::Appearance => "appearance",
            Self::Export => "export",
            Self::Accounts => "accounts",
        }
    }
}
