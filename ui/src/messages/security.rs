//! Words of signing in in two steps: the settings of it, and its door.

words! {
    SECURITY = "Security";
    TITLE = "Two-step sign-in";
    TEXT = "After the password, signing in asks for a code that an authenticator on your phone or in your password manager shows. Devices and access tokens that are connected stay connected.";
    SET_UP = "Set it up";
    SETTING_UP = "Making a secret";
    PRESENT_PASSWORD = "Present password";
    SCAN = "Scan this with your authenticator";
    SCAN_TEXT = "Or type the secret there. Both are shown this once.";
    QR = "QR code of the secret";
    SECRET = "Secret";
    COPY_SECRET = "Copy the secret";
    CODE = "Code";
    CODE_HINT = "The six digits that it shows now.";
    TURN_ON = "Turn it on";
    TURN_ON_TEXT = "Other browsers are signed out.";
    NOT_NOW = "Not now";
    IS_ON = "on";
    ON_SINCE = "On since";
    KEEP_TITLE = "Keep these codes";
    KEEP_TEXT = "Each lets you in once when the authenticator is lost. They are not shown again.";
    COPY_CODES = "Copy the codes";
    DOWNLOAD_CODES = "Download";
    KEPT = "I have kept them";
    CHANGE = "Change it";
    CHANGE_TEXT = "Both need your password and a code. Without the authenticator, a recovery code will do.";
    CODE_OR_RECOVERY = "Code, or a recovery code";
    RENEW = "Make new recovery codes";
    TURN_OFF = "Turn it off";
    IS_OFF = "Signing in asks for no code any more";
    STEP_TITLE = "One more step";
    STEP_TEXT = "Type the code that your authenticator shows, or a recovery code.";
    FINISH = "Sign in";
    FINISHING = "Signing in";
    BEGIN_AGAIN = "Begin again";
    EXPIRED = "This took too long, or was tried too often. Begin again.";
    WRONG_CODE = "This code is not right, or was used before. Type the one that is shown now.";
    CODE_MISSING = "Type the code.";
    FEW_LEFT = "Make new recovery codes before none is left.";
}

/// How many recovery codes were not used.
#[must_use]
pub fn left(count: i64) -> String {
    match count {
        1 => "1 recovery code left".to_owned(),
        count => format!("{count} recovery codes left"),
    }
}
