hcs-conformance: run: --scenario /tmp/h/audw/u.json: line 1, column 2: $.versoin: 'versoin' is not a member of Scenario
